//! Which letters the bytes stand for.

use crate::TableError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// The encoding a text is in: as told, else by its byte order mark, else as UTF-8 where it is valid, else by its letters.
pub(super) fn of(head: &[u8], told: Option<&str>) -> Result<&'static Encoding, TableError> {
    if let Some((marked, _)) = Encoding::for_bom(head) {
        return Ok(marked);
    }
    if let Some(label) = told {
        return Encoding::for_label(label.as_bytes())
            .ok_or_else(|| TableError::UnknownEncoding(label.to_owned()));
    }
    if let Some(wide) = wide_without_mark(head) {
        return Ok(wide);
    }
    if is_utf8(head) {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, false);
    Ok(detector.guess(None, Utf8Detection::Deny))
}

/// Whether bytes are valid UTF-8, a letter cut off at the end of the sample aside.
fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() - error.valid_up_to() < 4,
    }
}

/// UTF-16 that somebody saved without its mark: in western text every other byte is zero.
fn wide_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(1024)];
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 5;
    if many == 0 {
        None
    } else if odd > many && even * 10 < odd {
        Some(UTF_16LE)
    } else if even > many && odd * 10 < even {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether the bytes are no text in any encoding: zeros or more than a trace of control characters.
pub(super) fn is_binary(head: &[u8]) -> bool {
    if matches!(Encoding::for_bom(head), Some((marked, _)) if marked != UTF_8)
        || wide_without_mark(head).is_some()
    {
        return false;
    }
    let controls = head
        .iter()
        .filter(|byte| matches!(byte, 0x00..=0x08 | 0x0E..=0x1A | 0x1C..=0x1F))
        .count();
    head.contains(&0) || controls * 100 > head.len()
}

/// The bytes of a row that is not UTF-8 although the file is: some systems join files of two encodings.
pub(super) fn as_western(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// A stream turned into UTF-8 while it is read. The byte order mark is taken off.
pub(super) struct Transcoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    decoded: String,
    given: usize,
    ended: bool,
}

const PIECE: usize = 16 << 10;

impl<R: Read> Transcoded<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            decoded: String::new(),
            given: 0,
            ended: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let count = self.inner.read(&mut self.raw)?;
        self.ended = count == 0;
        self.decoded.clear();
        self.given = 0;
        let room = self
            .decoder
            .max_utf8_buffer_length(count)
            .unwrap_or(4 * PIECE);
        self.decoded.reserve(room);
        let _ = self
            .decoder
            .decode_to_string(&self.raw[..count], &mut self.decoded, self.ended);
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.ended {
            self.decode_more()?;
        }
        let left = &self.decoded.as_bytes()[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], told: Option<&str>) -> (String, &'static str) {
        let encoding = of(bytes, told).unwrap();
        let mut text = String::new();
        let mut reader = std::io::BufReader::new(Transcoded::new(bytes, encoding));
        reader.read_to_string(&mut text).unwrap();
        (text, encoding.name())
    }

    #[test]
    fn finds_the_encoding_by_mark_by_validity_and_by_letters() {
        let wide: Vec<u8> = "Größe;Menge\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain("Größe".encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for (bytes, text, name) in [
            ("Größe;Menge".as_bytes().to_vec(), "Größe;Menge", "UTF-8"),
            (b"\xEF\xBB\xBFA;B".to_vec(), "A;B", "UTF-8"),
            (
                b"Lieferant;Gr\xF6\xDFe;M\xFCnchen;Stra\xDFe".to_vec(),
                "Lieferant;Größe;München;Straße",
                "windows-1252",
            ),
            (wide, "Größe;Menge\n", "UTF-16LE"),
            (marked, "Größe", "UTF-16BE"),
        ] {
            assert_eq!(decode(&bytes, None), (text.to_owned(), name));
        }
    }

    #[test]
    fn what_is_told_is_used_and_nonsense_is_refused() {
        assert_eq!(decode(b"\xB3", Some("iso-8859-2")).0, "ł");
        assert!(of(b"a", Some("klingon")).is_err());
        // A letter cut in half by the end of the sample is no sign against UTF-8.
        assert_eq!(of(&"Stück".as_bytes()[..4], None).unwrap(), UTF_8);
    }

    #[test]
    fn zeros_and_control_characters_are_no_text() {
        assert!(is_binary(b"ab\0cd"));
        assert!(is_binary(&[1, 2, 3, 4]));
        assert!(!is_binary("Menge\tEinheit\r\n\u{1b}".as_bytes()));
        assert!(!is_binary(b""));
    }
}
