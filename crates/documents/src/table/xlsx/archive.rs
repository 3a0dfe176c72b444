//! The directory of a zip archive, read with a budget, and its parts as streams of their own.
//!
//! Only what a workbook needs: stored and deflated parts, the 64-bit directory. A part is unpacked as it is read and
//! stops at the budget whatever its header claims.

use crate::table::source::{Input, check_unpacked};
use crate::{Limits, TableError};
use flate2::read::DeflateDecoder;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// An archive whose directory has been read.
pub(crate) struct Archive<'a> {
    input: SharedInput<'a>,
    entries: Vec<Entry>,
    limits: Limits,
}

#[derive(Debug)]
struct Entry {
    name: String,
    offset: u64,
    packed: u64,
    method: u16,
    encrypted: bool,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The end record is at most its own 22 bytes and a comment of 65,535 away from the end.
const FARTHEST_END: u64 = 22 + 65_535;

impl<'a> Archive<'a> {
    pub(crate) fn open(
        mut input: Box<dyn Input + 'a>,
        size: u64,
        limits: &Limits,
    ) -> Result<Self, TableError> {
        let (count, offset) = directory(&mut input, size)?;
        if count > limits.zip_entries as u64 {
            return Err(TableError::TooLarge {
                what: format!(
                    "The workbook is made of {count} files, more than the {} allowed.",
                    limits.zip_entries
                ),
                advice: "Copy the sheet with the table into a new workbook and load that.",
            });
        }
        input.seek(SeekFrom::Start(offset))?;
        let mut entries = Vec::new();
        {
            let mut reader = io::BufReader::new(&mut input);
            for _ in 0..count {
                entries.push(entry(&mut reader)?);
            }
        }
        Ok(Self {
            input: SharedInput(Arc::new(Mutex::new(input))),
            entries,
            limits: *limits,
        })
    }

    /// The name as stored of a part, whose case and slashes some writers get wrong.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        let wanted = tidy(name);
        self.entries
            .iter()
            .find(|entry| tidy(&entry.name) == wanted)
            .map(|entry| entry.name.clone())
    }

    pub(crate) fn find_ending(&self, ending: &str) -> Option<String> {
        self.entries
            .iter()
            .find(|entry| tidy(&entry.name).ends_with(ending))
            .map(|entry| entry.name.clone())
    }

    /// The unpacked bytes of a part.
    pub(crate) fn part(&mut self, name: &str) -> Result<Part<'a>, TableError> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| TableError::damaged(format!("\"{name}\" is not in it")))?;
        if entry.encrypted {
            return Err(TableError::WrongType {
                found: "The workbook is protected with a password.".to_owned(),
                advice: "Take the protection off and load it again.",
            });
        }
        let mut header = [0; 30];
        let mut at_header = Window::new(self.input.clone(), entry.offset, 30);
        at_header.read_exact(&mut header)?;
        if &header[..4] != b"PK\x03\x04" {
            return Err(TableError::damaged(format!(
                "\"{name}\" is not where it should be"
            )));
        }
        let start =
            entry.offset + 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let window = Window::new(self.input.clone(), start, entry.packed);
        let unpacked = match entry.method {
            STORED => Unpack::Stored(window),
            DEFLATED => Unpack::Deflated(DeflateDecoder::new(window)),
            other => {
                return Err(TableError::damaged(format!(
                    "\"{name}\" is packed in a way that workbooks do not use ({other})"
                )));
            }
        };
        Ok(Part {
            unpacked,
            written: 0,
            packed: entry.packed,
            limits: self.limits,
        })
    }
}

fn tidy(name: &str) -> String {
    name.replace('\\', "/")
        .trim_start_matches('/')
        .to_lowercase()
}

/// How many entries the directory has, and where it begins.
fn directory(input: &mut Box<dyn Input + '_>, size: u64) -> Result<(u64, u64), TableError> {
    let unreadable =
        || TableError::damaged("its directory is missing, as if the file had been cut off");
    let tail_length = size.min(FARTHEST_END);
    let tail_start = size - tail_length;
    let mut tail = vec![0; tail_length as usize];
    input.seek(SeekFrom::Start(tail_start))?;
    input.read_exact(&mut tail)?;
    let end = (0..tail.len().saturating_sub(21))
        .rev()
        .find(|&at| tail[at..].starts_with(b"PK\x05\x06"))
        .ok_or_else(unreadable)?;
    let (count, offset) = (
        u64::from(u16_at(&tail, end + 10)),
        u64::from(u32_at(&tail, end + 16)),
    );
    if count != 0xFFFF && offset != 0xFFFF_FFFF {
        return Ok((count, offset));
    }
    // The 64-bit record is found through a locator right before the end record.
    let locator = end.checked_sub(20).ok_or_else(unreadable)?;
    if !tail[locator..].starts_with(b"PK\x06\x07") {
        return Ok((count, offset));
    }
    let mut record = [0; 56];
    input.seek(SeekFrom::Start(u64_at(&tail, locator + 8)))?;
    input.read_exact(&mut record)?;
    if !record.starts_with(b"PK\x06\x06") {
        return Err(unreadable());
    }
    Ok((u64_at(&record, 32), u64_at(&record, 48)))
}

/// One line of the directory.
fn entry(reader: &mut impl Read) -> Result<Entry, TableError> {
    let mut fixed = [0; 46];
    reader.read_exact(&mut fixed)?;
    if !fixed.starts_with(b"PK\x01\x02") {
        return Err(TableError::damaged("its directory is not readable"));
    }
    let mut name = vec![0; usize::from(u16_at(&fixed, 28))];
    let mut extra = vec![0; usize::from(u16_at(&fixed, 30))];
    let mut comment = vec![0; usize::from(u16_at(&fixed, 32))];
    reader.read_exact(&mut name)?;
    reader.read_exact(&mut extra)?;
    reader.read_exact(&mut comment)?;
    let mut packed = u64::from(u32_at(&fixed, 20));
    let mut offset = u64::from(u32_at(&fixed, 42));
    // The 64-bit extra field holds those of (unpacked, packed, offset) whose 32 bits are all set, in that order.
    if let Some(mut wide) = extra_field(&extra, 1) {
        let mut take = |narrow: u32| {
            (narrow == u32::MAX && wide.len() >= 8).then(|| {
                let value = u64_at(wide, 0);
                wide = &wide[8..];
                value
            })
        };
        take(u32_at(&fixed, 24));
        packed = take(u32_at(&fixed, 20)).unwrap_or(packed);
        offset = take(u32_at(&fixed, 42)).unwrap_or(offset);
    }
    Ok(Entry {
        name: String::from_utf8_lossy(&name).into_owned(),
        offset,
        packed,
        method: u16_at(&fixed, 10),
        encrypted: u16_at(&fixed, 8) & 1 == 1,
    })
}

fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2));
        let body = extra.get(4..4 + length)?;
        if u16_at(extra, 0) == wanted {
            return Some(body);
        }
        extra = &extra[4 + length..];
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// The archive's bytes, of which each part reads its own stretch.
#[derive(Clone)]
struct SharedInput<'a>(Arc<Mutex<Box<dyn Input + 'a>>>);

/// A stretch of the archive.
pub(crate) struct Window<'a> {
    input: SharedInput<'a>,
    at: u64,
    left: u64,
    read: u64,
}

impl<'a> Window<'a> {
    fn new(input: SharedInput<'a>, at: u64, left: u64) -> Self {
        Self {
            input,
            at,
            left,
            read: 0,
        }
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = (buffer.len() as u64).min(self.left) as usize;
        let mut input = self.input.0.lock().unwrap_or_else(PoisonError::into_inner);
        input.seek(SeekFrom::Start(self.at))?;
        let count = input.read(&mut buffer[..most])?;
        self.at += count as u64;
        self.left -= count as u64;
        self.read += count as u64;
        Ok(count)
    }
}

enum Unpack<'a> {
    Stored(Window<'a>),
    Deflated(DeflateDecoder<Window<'a>>),
}

/// A part being unpacked, with its budget.
pub(crate) struct Part<'a> {
    unpacked: Unpack<'a>,
    written: u64,
    packed: u64,
    limits: Limits,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.unpacked {
            Unpack::Stored(window) => window.read(buffer)?,
            Unpack::Deflated(decoder) => decoder.read(buffer)?,
        };
        self.written += count as u64;
        check_unpacked(self.written, self.packed, &self.limits).map_err(TableError::into_io)?;
        Ok(count)
    }
}
