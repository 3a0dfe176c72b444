use std::io;

/// Why a file cannot be read as a table. Each message says what is wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("The file cannot be read from disk: {0}")]
    Io(io::Error),
    #[error("The file is empty. Export it again and check that it holds rows.")]
    Empty,
    /// The content is something else than a table, or something else than the name says.
    #[error("{found} {advice}")]
    WrongType { found: String, advice: &'static str },
    /// A budget is spent.
    #[error("{what} {advice}")]
    TooLarge { what: String, advice: &'static str },
    #[error(
        "Row {row} has {columns} columns, more than the {limit} a table may have. Leave out the columns you do not need, \
         or check that the delimiter is right."
    )]
    TooManyColumns {
        row: u64,
        columns: usize,
        limit: usize,
    },
    #[error(
        "The cell in row {row}, column {column}, is larger than {limit} bytes. Shorten it, or check for a quotation mark \
         that is opened and never closed."
    )]
    CellTooLarge {
        row: u64,
        column: String,
        limit: usize,
    },
    #[error(
        "A quotation mark is opened in row {row}, column {column}, and never closed, so the rows after it cannot be told \
         apart. Correct that cell and load the file again."
    )]
    UnclosedQuote { row: u64, column: String },
    /// The bytes break the rules of their format.
    #[error("The file is damaged{}: {what}. Export it again.", at_row(*row))]
    Damaged { row: Option<u64>, what: String },
    /// There is a file, but no table in it.
    #[error("{what} {advice}")]
    NoTable { what: String, advice: String },
    #[error("The workbook has no sheet named \"{wanted}\". Its sheets are: {}.", there.join(", "))]
    NoSuchSheet { wanted: String, there: Vec<String> },
    #[error(
        "\"{0}\" is not the name of an encoding. Write for example utf-8, windows-1252 or iso-8859-2."
    )]
    UnknownEncoding(String),
    #[error(
        "\"{0}\" cannot separate columns. Write one character: a comma, a semicolon, a tab or a bar."
    )]
    UnknownDelimiter(String),
}

fn at_row(row: Option<u64>) -> String {
    row.map_or_else(String::new, |row| format!(" in row {row}"))
}

impl TableError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged {
            row: None,
            what: what.into(),
        }
    }

    /// Readers inside other people's readers can only answer with an [`io::Error`]; this wraps, [`From`] unwraps.
    pub(crate) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Other => match error.downcast::<Self>() {
                Ok(ours) => ours,
                Err(theirs) => Self::Io(theirs),
            },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Self::damaged(error.to_string())
            }
            io::ErrorKind::UnexpectedEof => Self::damaged("it ends too early"),
            _ => Self::Io(error),
        }
    }
}
