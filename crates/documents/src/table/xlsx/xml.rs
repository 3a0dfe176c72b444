//! XML with a leash: no document type, no event larger than a cell may be.

use super::archive::Part;
use crate::{Limits, TableError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{self, BufRead, BufReader, Read};

pub(super) struct Xml<'a> {
    reader: Reader<Leash<BufReader<Part<'a>>>>,
    buffer: Vec<u8>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: Part<'a>, limits: &Limits) -> Self {
        let most = limits.cell_bytes + (64 << 10);
        let mut reader = Reader::from_reader(Leash {
            inner: BufReader::with_capacity(64 << 10, part),
            most,
            since_event: 0,
        });
        reader.config_mut().check_end_names = true;
        Self {
            reader,
            buffer: Vec::new(),
        }
    }

    /// The next event; `None` at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Event<'_>>, TableError> {
        self.buffer.clear();
        self.reader.get_mut().since_event = 0;
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Ok(None),
            Ok(Event::DocType(_)) => Err(TableError::damaged(
                "it declares a document type, which workbooks do not have and which is not read",
            )),
            Ok(event) => Ok(Some(event)),
            Err(quick_xml::Error::Io(error)) => Err(ours(&error)),
            Err(error) => Err(TableError::damaged(format!("its XML is broken ({error})"))),
        }
    }
}

/// One of our errors that travelled through a reader which shares its errors and so cannot give them back.
fn ours(error: &io::Error) -> TableError {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TableError>())
    {
        Some(TableError::TooLarge { what, advice }) => TableError::TooLarge {
            what: what.clone(),
            advice,
        },
        _ => io::Error::new(error.kind(), error.to_string()).into(),
    }
}

/// The value of an attribute, whatever prefix it carries.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()
                .map(std::borrow::Cow::into_owned)
        })
}

/// Ends reading when one event takes more bytes than it may.
struct Leash<R> {
    inner: R,
    most: usize,
    since_event: usize,
}

impl<R: BufRead> BufRead for Leash<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_event > self.most {
            return Err(TableError::TooLarge {
                what: "The workbook has a cell, or a piece of its structure, larger than a cell may be.".to_owned(),
                advice: "Shorten the cell, or copy the table into a new workbook, and load it again.",
            }
            .into_io());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.since_event += count;
        self.inner.consume(count);
    }
}

impl<R: Read> Read for Leash<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.since_event += count;
        Ok(count)
    }
}
