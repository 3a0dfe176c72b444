//! Tables as downloads.

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use keelson_documents::write::{Column, CsvWriter, Value, WriteError, XlsxWriter};
use keelson_domain as domain;

use crate::Result;

/// A CSV file to download. The name is ours: letters, digits, hyphens and a dot.
pub(crate) fn csv<'a>(
    name: &str,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<Response> {
    let bytes = written(columns, rows).map_err(|error| domain::Error::damaged("table", error))?;
    Ok(download(name, "text/csv; charset=utf-8", bytes))
}

/// An Excel workbook of one sheet to download.
pub(crate) fn xlsx<'a>(
    name: &str,
    sheet: &str,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<Response> {
    let bytes =
        workbook(sheet, columns, rows).map_err(|error| domain::Error::damaged("table", error))?;
    Ok(download(
        name,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        bytes,
    ))
}

fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

fn workbook<'a>(
    sheet: &str,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = XlsxWriter::new(sheet, columns)?;
    for row in rows {
        writer.row(&row)?;
    }
    let mut file = std::io::Cursor::new(Vec::new());
    writer.finish(&mut file)?;
    Ok(file.into_inner())
}

fn written<'a>(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = CsvWriter::new(Vec::new(), columns)?;
    for row in rows {
        writer.row(&row)?;
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use keelson_documents::write::ColumnKind;

    use super::*;

    #[test]
    fn a_download_names_its_file_and_keeps_formulas_text() {
        let columns = [Column::new("supplier", ColumnKind::Text)];
        let response = csv("lines.csv", &columns, [vec![Value::Text("=1+1")]]).unwrap();
        assert_eq!(
            response.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"lines.csv\""
        );
        let text = String::from_utf8(written(&columns, [vec![Value::Text("=1+1")]]).unwrap());
        assert_eq!(text.unwrap(), "supplier\r\n'=1+1\r\n");
    }
}
