/// The kinds of file people keep with a supplier. Nothing a browser would run is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileType {
    Pdf,
    Png,
    Jpeg,
    Word,
    Excel,
    Csv,
    Text,
}

impl FileType {
    /// The type the extension claims and the first bytes confirm.
    pub(super) fn of(name: &str, content: &[u8]) -> Result<Self, String> {
        let extension = name
            .rsplit_once('.')
            .map(|(_, ext)| ext.to_ascii_lowercase());
        let claimed = match extension.as_deref() {
            Some("pdf") => Self::Pdf,
            Some("png") => Self::Png,
            Some("jpg" | "jpeg") => Self::Jpeg,
            Some("docx") => Self::Word,
            Some("xlsx") => Self::Excel,
            Some("csv") => Self::Csv,
            Some("txt") => Self::Text,
            _ => {
                return Err(format!(
                    "{name} cannot be kept. Upload a PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT file."
                ));
            }
        };
        if content.is_empty() {
            return Err(format!("{name} is empty."));
        }
        if claimed.confirmed_by(content) {
            Ok(claimed)
        } else {
            Err(format!(
                "{name} is called a {} file but its content is something else. Save it again in that format.",
                claimed.words()
            ))
        }
    }

    fn confirmed_by(self, content: &[u8]) -> bool {
        match self {
            Self::Pdf => content.starts_with(b"%PDF-"),
            Self::Png => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Jpeg => content.starts_with(b"\xff\xd8\xff"),
            Self::Word => is_office(content, b"word/"),
            Self::Excel => is_office(content, b"xl/"),
            // Old spreadsheets write other encodings than UTF-8, so only what no text holds is refused.
            Self::Csv | Self::Text => !content.contains(&0),
        }
    }

    /// What the file is served as, always for download.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv",
            Self::Text => "text/plain",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Word => "Word",
            Self::Excel => "Excel",
            Self::Csv => "CSV",
            Self::Text => "text",
        }
    }
}

/// An office file is a ZIP archive whose entries lie in a folder of their own. Names in an archive are stored plain.
fn is_office(content: &[u8], folder: &[u8]) -> bool {
    content.starts_with(b"PK\x03\x04")
        && content.windows(folder.len()).any(|window| window == folder)
        && content
            .windows(b"[Content_Types].xml".len())
            .any(|window| window == b"[Content_Types].xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_content_have_to_agree() {
        let office: &[u8] = b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml";
        for (name, content, expected) in [
            ("a.pdf", &b"%PDF-1.7"[..], Some(FileType::Pdf)),
            ("a.PDF", b"%PDF-1.7", Some(FileType::Pdf)),
            ("a.pdf", b"MZ\x90", None),
            ("a.pdf", b"<html>%PDF-", None),
            ("a.png", b"\x89PNG\r\n\x1a\n.", Some(FileType::Png)),
            ("a.jpg", b"\xff\xd8\xff\xe0", Some(FileType::Jpeg)),
            ("a.xlsx", office, Some(FileType::Excel)),
            ("a.docx", office, None),
            ("a.xlsx", b"PK\x03\x04", None),
            ("a.csv", b"a;b\r\n1;\xe4", Some(FileType::Csv)),
            ("a.txt", b"a\0b", None),
            ("a.html", b"<script>", None),
            ("a.svg", b"<svg/>", None),
            ("a.exe", b"MZ", None),
            ("pdf", b"%PDF-", None),
            ("a.pdf", b"", None),
        ] {
            assert_eq!(FileType::of(name, content).ok(), expected, "{name}");
        }
    }
}
