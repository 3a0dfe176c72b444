//! From a file's name and bytes to what it is: the two must agree before anything is read.

use super::encoding;
use super::xlsx::archive::Archive;
use crate::{Limits, TableError};
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// Where bytes come from: a file or memory.
pub(super) trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// A stream of text whose beginning has been looked at.
pub(super) struct Text<'a> {
    pub(super) head: Vec<u8>,
    /// The whole stream, its head included.
    pub(super) bytes: Box<dyn Read + Send + 'a>,
}

pub(super) enum Opened<'a> {
    Text(Text<'a>),
    Json { text: Text<'a>, lines: bool },
    Workbook(Archive<'a>),
}

/// How much is looked at to tell what a file is, its delimiter and its encoding.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Opens a file by its content, and refuses it where its name says something else.
pub(super) fn open<'a>(
    mut input: Box<dyn Input + 'a>,
    name: &str,
    limits: &Limits,
) -> Result<Opened<'a>, TableError> {
    let size = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    if size == 0 {
        return Err(TableError::Empty);
    }
    if size > limits.file_bytes {
        return Err(TableError::TooLarge {
            what: format!(
                "The file has {size} bytes, more than the {} allowed.",
                limits.file_bytes
            ),
            advice: "Split it and load the parts one after the other.",
        });
    }
    let head = read_head(&mut input)?;
    input.seek(SeekFrom::Start(0))?;
    let lower = name.to_lowercase();
    match Content::of(&head) {
        Content::Gzip => {
            let inner = packed_name(&lower)?;
            let mut unpacked = Unpacked::new(input, *limits);
            let head = read_head(&mut unpacked)?;
            if head.is_empty() {
                return Err(TableError::Empty);
            }
            match Content::of(&head) {
                Content::Gzip => Err(wrong(
                    "The file is packed twice.",
                    "Unpack it once and load it again.",
                )),
                Content::Zip => Err(wrong(
                    "The packed file holds a workbook or another archive.",
                    "Unpack it and load what is inside.",
                )),
                content => text(content, Text::rest(head, unpacked), inner),
            }
        }
        Content::Zip => {
            expect_extension(
                &lower,
                &[".xlsx", ".xlsm", ".xltx"],
                "is a workbook or another archive",
            )?;
            Ok(Opened::Workbook(Archive::open(input, size, limits)?))
        }
        content => {
            if extension(&lower) == Some("gz") {
                return Err(wrong(
                    "The file's name ends in .gz, but it is not packed.",
                    "Take .gz off its name and load it again.",
                ));
            }
            text(
                content,
                Text {
                    head,
                    bytes: Box::new(input),
                },
                &lower,
            )
        }
    }
}

/// The name of what is inside a packed file.
fn packed_name(lower: &str) -> Result<&str, TableError> {
    match lower.strip_suffix(".gz") {
        Some(inner) => Ok(inner),
        None if extension(lower).is_none() => Ok(lower),
        None => Err(wrong(
            "The file is packed with gzip, but its name does not end in .gz.",
            "Add .gz to its name, or unpack it, and load it again.",
        )),
    }
}

fn text<'a>(content: Content, text: Text<'a>, name: &str) -> Result<Opened<'a>, TableError> {
    if let Content::Other(found, advice) = content {
        return Err(wrong(found, advice));
    }
    match extension(name) {
        Some("json") => {
            let lines = is_json_lines(&text.head);
            Ok(Opened::Json { text, lines })
        }
        Some("jsonl" | "ndjson") => Ok(Opened::Json { text, lines: true }),
        None if text.head.trim_ascii_start().starts_with(b"{")
            || text.head.trim_ascii_start().starts_with(b"[") =>
        {
            let lines = is_json_lines(&text.head);
            Ok(Opened::Json { text, lines })
        }
        None | Some("csv" | "txt" | "tsv" | "tab" | "dat" | "asc" | "prn") => {
            Ok(Opened::Text(text))
        }
        Some(_) => Err(wrong(
            "The file's content is text, but its name does not end in .csv, .txt, .tsv, .json or .jsonl.",
            "Give it the ending of what it is and load it again.",
        )),
    }
}

/// Whether a first record is complete and followed by another one on the next line.
fn is_json_lines(head: &[u8]) -> bool {
    let mut stream =
        serde_json::Deserializer::from_slice(head).into_iter::<serde::de::IgnoredAny>();
    if !head.trim_ascii_start().starts_with(b"{") || !matches!(stream.next(), Some(Ok(_))) {
        return false;
    }
    let rest = &head[stream.byte_offset()..];
    rest.trim_ascii_start().starts_with(b"{")
        && rest.iter().take_while(|b| **b != b'{').any(|b| *b == b'\n')
}

/// The ending of a name that says what a file is; names without one are taken by their content.
fn extension(lower: &str) -> Option<&str> {
    let (stem, ending) = lower.rsplit_once('.')?;
    (!stem.is_empty()
        && (1..=5).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric()))
    .then_some(ending)
}

fn expect_extension(lower: &str, endings: &[&str], found: &str) -> Result<(), TableError> {
    if extension(lower).is_none() || endings.iter().any(|ending| lower.ends_with(ending)) {
        return Ok(());
    }
    Err(wrong(
        &format!(
            "The file's content {found}, but its name does not end in {}.",
            endings[0]
        ),
        "Save it as what its name says, or give it the right ending, and load it again.",
    ))
}

fn wrong(found: &str, advice: &'static str) -> TableError {
    TableError::WrongType {
        found: found.to_owned(),
        advice,
    }
}

fn read_head(reader: &mut impl Read) -> Result<Vec<u8>, TableError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

impl<'a> Text<'a> {
    /// A stream that cannot be wound back: the head is put in front of what is left.
    fn rest(head: Vec<u8>, rest: impl Read + Send + 'a) -> Self {
        Self {
            bytes: Box::new(Cursor::new(head.clone()).chain(rest)),
            head,
        }
    }
}

/// What the first bytes say.
enum Content {
    Text,
    Gzip,
    Zip,
    /// Something that holds no table we read: what it is, and what to do.
    Other(&'static str, &'static str),
}

const SAVE_AS: &str =
    "Open it where it came from, save it as CSV or as an Excel workbook (.xlsx), and load that.";

/// Signatures at the start of files people upload by mistake.
const SIGNATURES: [(&[u8], &str); 17] = [
    (b"%PDF", "The file is a PDF document."),
    (
        b"\xD0\xCF\x11\xE0",
        "The file is an old .xls workbook, or a workbook protected with a password.",
    ),
    (b"{\\rtf", "The file is a text document (RTF)."),
    (b"\x89PNG", "The file is a picture."),
    (b"\xFF\xD8\xFF", "The file is a picture."),
    (b"GIF8", "The file is a picture."),
    (b"PAR1", "The file is a Parquet file."),
    (b"SQLite format 3\0", "The file is a database."),
    (b"7z\xBC\xAF", "The file is an archive (7z)."),
    (b"Rar!", "The file is an archive (RAR)."),
    (b"BZh", "The file is packed with bzip2."),
    (b"\xFD7zXZ", "The file is packed with xz."),
    (b"\x28\xB5\x2F\xFD", "The file is packed with Zstandard."),
    (b"\x7FELF", "The file is a program."),
    (b"MZ\x90\0", "The file is a program."),
    (b"<?xml", "The file is an XML document."),
    (b"From: ", "The file is an e-mail."),
];

impl Content {
    fn of(head: &[u8]) -> Self {
        if head.starts_with(b"\x1F\x8B") {
            return Self::Gzip;
        }
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Self::Zip;
        }
        let text = head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(head)
            .trim_ascii_start();
        for (signature, found) in SIGNATURES {
            if head.starts_with(signature) || text.starts_with(signature) {
                return Self::Other(found, SAVE_AS);
            }
        }
        let start = text[..text.len().min(64)].to_ascii_lowercase();
        if ["<!doctype html", "<html", "<table", "<head", "<meta"]
            .iter()
            .any(|tag| start.starts_with(tag.as_bytes()))
        {
            return Self::Other(
                "The file is a web page; some systems write one and call it .xls or .csv.",
                SAVE_AS,
            );
        }
        if encoding::is_binary(head) {
            return Self::Other("The file is not a table: its content is not text.", SAVE_AS);
        }
        Self::Text
    }
}

/// A packed stream that stops where unpacking costs more than is allowed.
struct Unpacked<R: Read> {
    decoder: MultiGzDecoder<Counted<R>>,
    written: u64,
    limits: Limits,
}

impl<R: Read> Unpacked<R> {
    fn new(packed: R, limits: Limits) -> Self {
        Self {
            decoder: MultiGzDecoder::new(Counted {
                inner: packed,
                read: 0,
            }),
            written: 0,
            limits,
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.written += count as u64;
        check_unpacked(self.written, self.decoder.get_ref().read, &self.limits)
            .map_err(TableError::into_io)?;
        Ok(count)
    }
}

/// The two budgets of anything that is unpacked: how much, and how much for how little.
pub(super) fn check_unpacked(written: u64, read: u64, limits: &Limits) -> Result<(), TableError> {
    const ADVICE: &str = "It looks built to exhaust this machine. If it is genuine, unpack it, split it and load the parts.";
    if written > limits.unpacked_bytes {
        return Err(TableError::TooLarge {
            what: format!(
                "The file unpacks to more than {} bytes.",
                limits.unpacked_bytes
            ),
            advice: ADVICE,
        });
    }
    if written > Limits::RATIO_FREE_BYTES && written / limits.ratio.max(1) > read {
        return Err(TableError::TooLarge {
            what: format!(
                "The file unpacks to more than {} times its size.",
                limits.ratio
            ),
            advice: ADVICE,
        });
    }
    Ok(())
}

struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}
