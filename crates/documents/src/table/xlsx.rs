//! Workbooks: cells are streamed out of the packed sheet, never a dense range.
//!
//! Our own reader rather than calamine's, which builds every cell and every shared text before anybody can object, and
//! which borrows the workbook for as long as its rows are read. Here each step has a budget ([`crate::Limits`]), so a
//! workbook of a few kilobytes cannot fill the memory. calamine stays as the second opinion in the tests.

pub(super) mod archive;
mod cells;
mod number_format;
mod shared;
mod xml;

use super::ReadOptions;
use crate::{Limits, TableError};
use archive::Archive;
use cells::SheetRows;
use number_format::NumberFormat;
use quick_xml::events::Event;
use shared::SharedTexts;
use std::sync::Arc;
use xml::Xml;

/// A workbook that has been opened: what its sheets are called and what all of them share.
pub(super) struct Workbook<'a> {
    archive: Archive<'a>,
    sheets: Vec<Sheet>,
    shared: Arc<Shared>,
    limits: Limits,
}

struct Sheet {
    name: String,
    part: String,
    hidden: bool,
}

/// What the cells of every sheet refer to.
struct Shared {
    texts: SharedTexts,
    /// The number format of each cell style.
    formats: Vec<NumberFormat>,
    /// Dates count from 1904, as old Macintosh workbooks do.
    from_1904: bool,
}

impl<'a> Workbook<'a> {
    pub(super) fn open(
        mut archive: Archive<'a>,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        let limits = options.limits;
        let main = archive.find_ending("xl/workbook.xml").ok_or_else(|| TableError::WrongType {
            found: "The file is an archive, but not an Excel workbook (.xlsx).".to_owned(),
            advice: "Unpack it, or save the table as CSV or as an Excel workbook, and load that.",
        })?;
        let folder = main
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned();
        let relations = read_relations(&mut archive, &main, &folder, &limits)?;
        let (mut sheets, from_1904) = read_sheets(&mut archive, &main, &relations, &limits)?;
        // Hidden sheets hold look-up lists more often than the table.
        sheets.sort_by_key(|sheet| sheet.hidden);
        let part = |kind: &str, usual: &str| {
            relations
                .iter()
                .find(|relation| relation.kind.ends_with(kind))
                .map_or_else(
                    || format!("{folder}/{usual}"),
                    |relation| relation.part.clone(),
                )
        };
        let formats = match archive.find(&part("/styles", "styles.xml")) {
            Some(part) => read_formats(&mut archive, &part, &limits)?,
            None => Vec::new(),
        };
        let texts = match archive.find(&part("/sharedStrings", "sharedStrings.xml")) {
            Some(part) => SharedTexts::read(Xml::new(archive.part(&part)?, &limits), &limits)?,
            None => SharedTexts::default(),
        };
        Ok(Self {
            archive,
            sheets,
            shared: Arc::new(Shared {
                texts,
                formats,
                from_1904,
            }),
            limits,
        })
    }

    pub(super) fn sheet_names(&self) -> Vec<String> {
        self.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }

    pub(super) fn find_sheet(&self, wanted: &str) -> Result<usize, TableError> {
        let same = |name: &str| name.trim().to_lowercase() == wanted.trim().to_lowercase();
        self.sheets
            .iter()
            .position(|sheet| same(&sheet.name))
            .ok_or_else(|| TableError::NoSuchSheet {
                wanted: wanted.to_owned(),
                there: self.sheet_names(),
            })
    }

    pub(super) fn rows(&mut self, sheet: usize) -> Result<SheetRows<'a>, TableError> {
        let part = &self.sheets[sheet].part;
        let part = self.archive.find(part).ok_or_else(|| {
            TableError::damaged(format!(
                "the sheet \"{}\" is not in it",
                self.sheets[sheet].name
            ))
        })?;
        let xml = Xml::new(self.archive.part(&part)?, &self.limits);
        Ok(SheetRows::new(xml, Arc::clone(&self.shared), self.limits))
    }
}

/// A line of a relations part: which part plays which role for the workbook.
struct Relation {
    id: String,
    kind: String,
    part: String,
}

fn read_relations(
    archive: &mut Archive<'_>,
    main: &str,
    folder: &str,
    limits: &Limits,
) -> Result<Vec<Relation>, TableError> {
    let file = main.rsplit_once('/').map_or(main, |(_, file)| file);
    let mut relations = Vec::new();
    let Some(part) = archive.find(&format!("{folder}/_rels/{file}.rels")) else {
        return Ok(relations);
    };
    let mut xml = Xml::new(archive.part(&part)?, limits);
    while let Some(event) = xml.next()? {
        if let Event::Start(tag) | Event::Empty(tag) = &event
            && tag.local_name().as_ref() == "Relationship"
        {
            let target = xml::attribute(tag, "Target")
                .unwrap_or_default()
                .replace('\\', "/");
            relations.push(Relation {
                id: xml::attribute(tag, "Id").unwrap_or_default(),
                kind: xml::attribute(tag, "Type").unwrap_or_default(),
                part: match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("{folder}/{target}"),
                },
            });
        }
    }
    Ok(relations)
}

fn read_sheets(
    archive: &mut Archive<'_>,
    main: &str,
    relations: &[Relation],
    limits: &Limits,
) -> Result<(Vec<Sheet>, bool), TableError> {
    let mut sheets = Vec::new();
    let mut from_1904 = false;
    let mut xml = Xml::new(archive.part(main)?, limits);
    while let Some(event) = xml.next()? {
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            continue;
        };
        match tag.local_name().as_ref() {
            "workbookPr" => {
                from_1904 = xml::attribute(tag, "date1904")
                    .is_some_and(|value| value == "1" || value == "true");
            }
            "sheet" => {
                let id = xml::attribute(tag, "id").unwrap_or_default();
                // Charts and dialogues are listed among the sheets, too.
                let Some(relation) = relations
                    .iter()
                    .find(|r| r.id == id && r.kind.ends_with("/worksheet"))
                else {
                    continue;
                };
                sheets.push(Sheet {
                    name: xml::attribute(tag, "name").unwrap_or_default(),
                    part: relation.part.clone(),
                    hidden: xml::attribute(tag, "state").is_some_and(|state| state != "visible"),
                });
            }
            _ => {}
        }
    }
    if sheets.is_empty() {
        return Err(TableError::NoTable {
            what: "The workbook has no sheets with cells.".to_owned(),
            advice: "Export it again and check that it holds a table.".to_owned(),
        });
    }
    Ok((sheets, from_1904))
}

/// The number format of each cell style, in the order cells refer to them.
fn read_formats(
    archive: &mut Archive<'_>,
    part: &str,
    limits: &Limits,
) -> Result<Vec<NumberFormat>, TableError> {
    let mut own = std::collections::HashMap::new();
    let mut formats = Vec::new();
    let mut in_cell_styles = false;
    let mut xml = Xml::new(archive.part(part)?, limits);
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = xml::attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    let code = xml::attribute(tag, "formatCode");
                    if let (Some(id), Some(code)) = (id, code) {
                        own.insert(id, NumberFormat::of_code(&code));
                    }
                }
                "cellXfs" => in_cell_styles = true,
                "xf" if in_cell_styles && formats.len() < 100_000 => {
                    let id = xml::attribute(tag, "numFmtId")
                        .and_then(|id| id.parse().ok())
                        .unwrap_or(0);
                    formats.push(
                        own.get(&id)
                            .copied()
                            .unwrap_or_else(|| NumberFormat::of_id(id)),
                    );
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => in_cell_styles = false,
            _ => {}
        }
    }
    Ok(formats)
}
