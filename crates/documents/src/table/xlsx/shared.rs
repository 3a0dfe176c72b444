//! The texts all sheets share, kept end to end in one text.

use super::xml::Xml;
use crate::{Limits, TableError};
use quick_xml::events::Event;

/// Shared texts by their position.
#[derive(Default)]
pub(super) struct SharedTexts {
    all: String,
    ends: Vec<u32>,
}

/// Positions alone cost memory too, even of texts that are empty.
const MOST_TEXTS: usize = 16_000_000;

impl SharedTexts {
    pub(super) fn read(mut xml: Xml<'_>, limits: &Limits) -> Result<Self, TableError> {
        let mut texts = Self::default();
        let most = limits.shared_text_bytes.min(u32::MAX as usize);
        let mut collector = TextOf::default();
        while let Some(event) = xml.next()? {
            match &event {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    collector = TextOf::default();
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => texts.end(most)?,
                Event::End(tag) if tag.local_name().as_ref() == "si" => texts.end(most)?,
                other => collector.take(other, &mut texts.all)?,
            }
            if texts.all.len() > most {
                return Err(too_much(most));
            }
        }
        Ok(texts)
    }

    fn end(&mut self, most: usize) -> Result<(), TableError> {
        if self.ends.len() == MOST_TEXTS {
            return Err(too_much(most));
        }
        self.ends.push(self.all.len() as u32);
        Ok(())
    }

    pub(super) fn get(&self, position: usize) -> Option<&str> {
        let end = *self.ends.get(position)? as usize;
        let start = position
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        Some(&self.all[start..end])
    }
}

fn too_much(most: usize) -> TableError {
    TableError::TooLarge {
        what: format!("The texts of the workbook need more than {most} bytes."),
        advice: "Save the table as CSV, which has no such limit, and load that.",
    }
}

/// Collects the text of `<t>` elements; phonetic readings (`<rPh>`) are not part of the text.
#[derive(Default)]
pub(super) struct TextOf {
    in_text: bool,
    in_phonetic: bool,
}

impl TextOf {
    pub(super) fn take(&mut self, event: &Event<'_>, into: &mut String) -> Result<(), TableError> {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => self.in_text = true,
                "rPh" => self.in_phonetic = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => self.in_text = false,
                "rPh" => self.in_phonetic = false,
                _ => {}
            },
            piece if self.in_text && !self.in_phonetic => push_text(piece, into)?,
            _ => {}
        }
        Ok(())
    }
}

/// Adds the text of an event. Only the five named entities of XML and numbers of characters are known.
pub(super) fn push_text(event: &Event<'_>, into: &mut String) -> Result<(), TableError> {
    match event {
        Event::Text(text) => unescape_controls(text, into),
        Event::CData(text) => into.push_str(text),
        Event::GeneralRef(reference) => {
            let letter = match &**reference {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                other => reference.resolve_char_ref().ok().flatten().ok_or_else(|| {
                    TableError::damaged(format!("it refers to \"&{other};\", which is not known"))
                })?,
            };
            into.push(letter);
        }
        _ => {}
    }
    Ok(())
}

/// Workbooks write characters that XML does not allow as `_x000D_`; line ends are the ones that occur.
fn unescape_controls(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest
            .get(at + 2..at + 6)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) if rest.as_bytes().get(at + 6) == Some(&b'_') => {
                into.push_str(&rest[..at]);
                into.push(letter);
                rest = &rest[at + 7..];
            }
            _ => {
                into.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    into.push_str(rest);
}
