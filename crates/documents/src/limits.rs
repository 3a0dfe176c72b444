/// What a file may cost before it is refused.
///
/// The defaults let through every file a person would export and stop the ones built to hurt: memory stays below
/// 256 MiB whatever arrives, because nothing here is read whole except a workbook's shared texts, which have their own cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as stored.
    pub file_bytes: u64,
    /// Bytes after unpacking, for `.gz` and for each part of a workbook.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte, looked at once [`Limits::RATIO_FREE_BYTES`] have come out. Real exports reach 50.
    pub ratio: u64,
    /// Files inside a workbook.
    pub zip_entries: usize,
    /// Columns of a table.
    pub columns: usize,
    /// Bytes of one cell.
    pub cell_bytes: usize,
    /// Bytes of one row, and of one record of a JSON file.
    pub row_bytes: usize,
    /// Rows, the header and blank rows included.
    pub rows: u64,
    /// Cells that hold something.
    pub cells: u64,
    /// Bytes of all the shared texts of a workbook, which have to be held in memory.
    pub shared_text_bytes: usize,
}

impl Limits {
    /// What may come out of a packed file before its ratio is looked at: a small file may well be all repetition.
    pub const RATIO_FREE_BYTES: u64 = 16 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            unpacked_bytes: 16 << 30,
            ratio: 250,
            zip_entries: 10_000,
            columns: 512,
            cell_bytes: 1 << 20,
            row_bytes: 8 << 20,
            rows: 100_000_000,
            cells: 4_000_000_000,
            shared_text_bytes: 128 << 20,
        }
    }
}
