//! A mapping guessed from what a file shows: the names of its columns, and the shape of the values below them.
//!
//! It is a proposal for a person to read. What nothing matches stays unmapped, so that the reader of the mapping says what is
//! missing; where values can be read two ways, nothing is written, so that it asks.

use super::{
    FieldRule, KeyPart, KeyRule, Kind, Mapping, TableProblem, WhenEmpty, detect,
    kinds::{self, Field, Holds},
    values,
};
use keelson_documents::{CellKind, ReadOptions, Table};
use keelson_methods::{missing::Missing, money::Currency};
use std::{collections::BTreeSet, fs::File};

/// How many rows are looked at: enough to meet the words a column of dates holds now and then.
const SAMPLE: usize = 5000;

/// So many different words among the dates of a column are taken for ways to say that there is none.
const WORDS: usize = 5;

/// What columns are called, by field.
const ALIASES: &str = include_str!("suggest/aliases.txt");

/// The system a guessed mapping takes a file for an export of. Files of one system must name it alike, or its suppliers and
/// lines would come in once for every file; whoever has several systems writes their names.
const SOURCE: &str = "ERP";

/// Guesses the mapping of a file. Its name matters, because name and content must agree.
///
/// # Errors
/// When the file is no table that can be read.
pub fn suggest(kind: Kind, file: File, file_name: &str) -> Result<Mapping, TableProblem> {
    let mut table = Table::from_file(file, file_name, &ReadOptions::default())?;
    let columns = sampled(&mut table)?;
    Ok(mapped(kind, SOURCE, &columns))
}

/// A column, and what its first values are like.
struct Column {
    name: String,
    /// The names it is looked up by: as it stands, without a bracket at its end, behind its last slash, and without a
    /// currency at its end.
    known_as: Vec<String>,
    texts: Vec<String>,
    /// Cells of a workbook that are dates or numbers already.
    typed_dates: usize,
    typed_numbers: usize,
    /// Whether every row has a value and no value comes twice.
    unique: bool,
    /// The number in each row, where it can be read plainly.
    cells: Vec<Option<f64>>,
}

fn sampled(table: &mut Table<'static>) -> Result<Vec<Column>, TableProblem> {
    let names = table.columns().to_vec();
    let mut columns: Vec<Column> = names.into_iter().map(Column::new).collect();
    let mut distinct: Vec<BTreeSet<String>> = vec![BTreeSet::new(); columns.len()];
    let mut rows = 0;
    for row in table.peek(SAMPLE)?.filter(|row| !row.is_blank()) {
        rows += 1;
        for (at, column) in columns.iter_mut().enumerate() {
            let cell = row.cell(at);
            let text = cell.text.trim();
            column.cells.push(text.replace(',', "").parse().ok());
            if text.is_empty() {
                continue;
            }
            distinct[at].insert(text.to_owned());
            match cell.kind {
                CellKind::Text => column.texts.push(text.to_owned()),
                CellKind::Number => column.typed_numbers += 1,
                CellKind::Date | CellKind::DateTime => column.typed_dates += 1,
                _ => {}
            }
        }
    }
    for (column, distinct) in columns.iter_mut().zip(distinct) {
        column.unique = rows > 0 && distinct.len() == rows;
    }
    Ok(columns)
}

fn mapped(kind: Kind, source: &str, columns: &[Column]) -> Mapping {
    let mut mapping = Mapping::new(kind, source);
    let mut taken = BTreeSet::new();
    let mut numbers = Vec::new();
    for field in kinds::fields(kind) {
        let found = find(kind, field.name, columns, |at, column| {
            !taken.contains(&at)
                && column.fits(field)
                && (field.name != "key" || column.identifies(kind))
        });
        let Some(at) = found else {
            continue;
        };
        taken.insert(at);
        let column = &columns[at];
        let mut rule = FieldRule {
            columns: vec![column.name.clone()],
            ..FieldRule::default()
        };
        if field.holds == Holds::Date {
            let dates = detect::dates(column.texts().filter(|text| has_digit(text)));
            if dates.ambiguous.is_none() {
                rule.formats = dates.formats;
            }
            for word in column.words() {
                rule.missing.insert(word.to_owned(), Missing::NotReported);
            }
        }
        if field.holds.is_number() {
            numbers.push(at);
        }
        if field.holds == Holds::UnitPrice && field.name == "unit_price" {
            let per = find(kind, "per", columns, |at, column| {
                !taken.contains(&at) && column.is_mostly_numbers()
            });
            rule.per = per.map(|at| columns[at].name.clone()).into_iter().collect();
        }
        mapping.fields.insert(field.name.to_owned(), rule);
    }
    price_by_value(&mut mapping, columns);
    let decimal = detect::decimal(numbers.iter().flat_map(|at| columns[*at].texts()), '.');
    mapping.file.decimal = decimal.is_sure().then_some(decimal.sign);
    fill_in(&mut mapping, columns);
    mapping.key = key(&mapping, columns);
    mapping
}

/// Where several columns could be the price, the one whose product with the quantity is the line's value.
fn price_by_value(mapping: &mut Mapping, columns: &[Column]) {
    let (Some(quantity), Some(value), Some(chosen)) = (
        column_of(mapping, "quantity", columns),
        column_of(mapping, "value", columns),
        column_of(mapping, "unit_price", columns),
    ) else {
        return;
    };
    let agrees = |price: &Column| {
        let products = quantity
            .cells
            .iter()
            .zip(&price.cells)
            .zip(&value.cells)
            .filter_map(|((quantity, price), value)| {
                Some((quantity.as_ref()? * price.as_ref()?, value.as_ref()?))
            });
        let (mut all, mut right) = (0, 0);
        for (product, value) in products {
            all += 1;
            right += usize::from((product - value).abs() <= value.abs() * 0.01 + 0.01);
        }
        if all > 0 {
            right as f64 / f64::from(all)
        } else {
            0.0
        }
    };
    let is_price = |column: &&Column| column.known_as.iter().any(|name| name.ends_with("price"));
    let best = columns
        .iter()
        .filter(is_price)
        .max_by(|left, right| agrees(left).total_cmp(&agrees(right)));
    if let Some(best) = best
        && agrees(best) > 0.5
        && agrees(best) > agrees(chosen)
        && let Some(rule) = mapping.fields.get_mut("unit_price")
    {
        rule.columns = vec![best.name.clone()];
        rule.per.clear();
    }
}

/// What a mapping needs beside its columns: a currency that stands in a name or beside amounts, a quantity beside a receipt.
fn fill_in(mapping: &mut Mapping, columns: &[Column]) {
    let has = |mapping: &Mapping, name: &str| mapping.fields.contains_key(name);
    let amounts = kinds::fields(mapping.kind)
        .iter()
        .filter(|field| field.holds.needs_currency());
    let of_amounts = amounts
        .filter_map(|field| column_of(mapping, field.name, columns))
        .find_map(|column| detect::currency(&column.name, column.texts()));
    // A file that names one currency anywhere in its header, "Freight Cost (USD)", is written in it.
    let currency = of_amounts.or_else(|| {
        let named: BTreeSet<&str> = columns
            .iter()
            .filter_map(|column| detect::currency(&column.name, std::iter::empty()))
            .map(Currency::code)
            .collect();
        let only = (named.len() == 1).then(|| named.first().copied()).flatten();
        only.and_then(|code| Currency::parse(code).ok())
    });
    let has_amounts = kinds::fields(mapping.kind)
        .iter()
        .any(|field| field.holds.needs_currency() && has(mapping, field.name));
    if let Some(currency) = currency
        && has_amounts
        && !has(mapping, "currency")
    {
        let rule = FieldRule {
            constant: Some(currency.code().to_owned()),
            ..FieldRule::default()
        };
        mapping.fields.insert("currency".to_owned(), rule);
    }
    let one_receipt_a_line = mapping.kind == Kind::OrderLines
        && has(mapping, "received_on")
        && has(mapping, "quantity")
        && !has(mapping, "received_quantity");
    if one_receipt_a_line {
        let rule = FieldRule {
            same_as: Some("quantity".to_owned()),
            ..FieldRule::default()
        };
        mapping.fields.insert("received_quantity".to_owned(), rule);
    }
}

/// How a row is identified where neither a column of its own does it nor document and line, which a mapping takes by itself:
/// a receipt or an inspection by its order line and day, everything else by its whole content.
fn key(mapping: &Mapping, columns: &[Column]) -> Option<KeyRule> {
    let has = |name: &str| mapping.fields.contains_key(name);
    let by_itself = match mapping.kind {
        Kind::Suppliers => true,
        Kind::OrderLines => has("order_number") && has("line_number"),
        Kind::InvoiceLines => has("invoice_number") && has("line_number"),
        Kind::Receipts | Kind::Inspections => false,
    };
    if by_itself || has("key") {
        return None;
    }
    let part = |name: &str| {
        column_of(mapping, name, columns).map(|column| KeyPart::Column(vec![column.name.clone()]))
    };
    let mut parts: Vec<KeyPart> = match (part("order_number"), part("line_number")) {
        (Some(order), Some(line)) if matches!(mapping.kind, Kind::Receipts | Kind::Inspections) => {
            [order, line]
                .into_iter()
                .chain(part("received_on"))
                .collect()
        }
        _ => vec![KeyPart::Digest],
    };
    parts.push(KeyPart::Occurrence);
    Some(KeyRule {
        parts,
        separator: KeyRule::SEPARATOR.to_owned(),
        when_empty: WhenEmpty::Digest,
    })
}

/// The column a field was mapped to.
fn column_of<'a>(mapping: &Mapping, field: &str, columns: &'a [Column]) -> Option<&'a Column> {
    let name = mapping.fields.get(field)?.columns.first()?;
    columns.iter().find(|column| column.name == *name)
}

/// The first column that has one of a field's names, the surest name first.
fn find(
    kind: Kind,
    field: &'static str,
    columns: &[Column],
    fits: impl Fn(usize, &Column) -> bool,
) -> Option<usize> {
    std::iter::once(field)
        .chain(aliases(kind, field))
        .find_map(|alias| {
            let numbers_only = alias.ends_with('#') && !alias.ends_with(" #");
            let wanted = plain(alias);
            columns.iter().enumerate().position(|(at, column)| {
                column.known_as.contains(&wanted)
                    && (!numbers_only || column.is_mostly_numbers())
                    && fits(at, column)
            })
        })
}

fn aliases(kind: Kind, field: &str) -> impl Iterator<Item = &'static str> {
    let lines = || ALIASES.lines().filter_map(|line| line.split_once(": "));
    let own = format!("{}/{field}", kind.code());
    let names = lines()
        .find(|(name, _)| *name == own)
        .or_else(|| lines().find(|(name, _)| *name == field))
        .map_or("", |(_, names)| names);
    names.split(" | ").filter(|name| !name.is_empty())
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|letter| letter.is_ascii_digit())
}

/// A name as it is compared: letters and digits in lower case, without accents.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
    {
        match letter {
            'à' | 'á' | 'â' | 'ä' | 'ã' | 'ą' => plain.push('a'),
            'ç' | 'ć' => plain.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' => plain.push('e'),
            'ì' | 'í' | 'î' | 'ï' => plain.push('i'),
            'ł' => plain.push('l'),
            'ñ' | 'ń' => plain.push('n'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => plain.push('o'),
            'ś' => plain.push('s'),
            'ù' | 'ú' | 'û' | 'ü' => plain.push('u'),
            'ź' | 'ż' => plain.push('z'),
            'ß' => plain.push_str("ss"),
            other => plain.push(other),
        }
    }
    plain
}

impl Column {
    fn new(name: String) -> Self {
        let before_bracket = name.split(['(', '[']).next().unwrap_or_default();
        let behind_slash = name.rsplit('/').next().unwrap_or_default();
        let before_currency = match detect::currency(&name, std::iter::empty()) {
            Some(_) => name.rsplit_once(|letter: char| !letter.is_alphanumeric()),
            None => None,
        };
        let before_currency = before_currency.map_or("", |(before, _)| before);
        let mut known_as: Vec<String> =
            [name.as_str(), before_bracket, behind_slash, before_currency]
                .map(plain)
                .to_vec();
        known_as.retain(|name| !name.is_empty());
        known_as.dedup();
        Self {
            name,
            known_as,
            texts: Vec::new(),
            typed_dates: 0,
            typed_numbers: 0,
            unique: false,
            cells: Vec::new(),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Whether the column can be a row's key. A supplier's number is its key even where a file repeats it.
    fn identifies(&self, kind: Kind) -> bool {
        self.unique || kind == Kind::Suppliers
    }

    /// The words without a digit in a column of dates, where there are few.
    fn words(&self) -> BTreeSet<&str> {
        self.texts().filter(|text| !has_digit(text)).collect()
    }

    /// Whether the column holds dates, perhaps with a few words where there is none: "Date Not Captured".
    fn is_dates(&self) -> bool {
        let words = self.words();
        let shape = detect::shape(self.texts().filter(|text| has_digit(text)));
        let dates = shape.dates + self.typed_dates;
        let others = shape.filled + self.typed_numbers + self.typed_dates - dates;
        words.len() <= WORDS && dates > others && dates * 20 > self.texts.len()
    }

    fn is_mostly_numbers(&self) -> bool {
        let shape = detect::shape(self.texts());
        let filled = shape.filled + self.typed_numbers + self.typed_dates;
        filled > 0 && (shape.numbers + self.typed_numbers) * 2 > filled
    }

    /// Whether the values can be what the field holds. An empty column can be anything.
    fn fits(&self, field: &Field) -> bool {
        let shape = detect::shape(self.texts());
        let filled = shape.filled + self.typed_numbers + self.typed_dates;
        if filled == 0 {
            return true;
        }
        let most = |count: usize| count * 2 > filled;
        let texts_that = |fit: &dyn Fn(&str) -> bool| self.texts().filter(|text| fit(text)).count();
        match field.holds {
            // A pack of 30 is no unit of measure.
            Holds::Text if field.name == "unit" => !most(shape.numbers + self.typed_numbers),
            Holds::Text => true,
            Holds::Name => !most(shape.numbers + self.typed_numbers),
            Holds::Date => self.is_dates(),
            Holds::Currency => most(texts_that(&|text| values::currency(text).is_some())),
            Holds::Country => most(texts_that(&|text| values::country(text).is_some())),
            // A word of another list would refuse every row that has it.
            Holds::Code(codes) => {
                let known = |text: &str| {
                    let text = text.to_lowercase().replace([' ', '-'], "_");
                    codes.contains(&text.as_str())
                };
                texts_that(&known) == filled
            }
            _ => most(shape.numbers + self.typed_numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    fn suggested(kind: Kind, text: &str) -> Mapping {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        suggest(kind, file, "Orders 2024.csv").unwrap()
    }

    fn mistakes(mapping: &Mapping) -> Vec<String> {
        let errors = mapping.check();
        errors.iter().map(ToString::to_string).collect()
    }

    fn column<'a>(mapping: &'a Mapping, field: &str) -> Option<&'a str> {
        mapping
            .fields
            .get(field)?
            .columns
            .first()
            .map(String::as_str)
    }

    #[test]
    fn an_english_order_file_is_understood() {
        let mapping = suggested(
            Kind::OrderLines,
            "PO Number,Line #,Vendor,Vendor Name,Qty,Unit Price (USD),Order Date,Required By,Remark\n\
             4500001,10,100200,Acme Steel,5,12.50,01/31/2024,02/15/2024,x\n\
             4500001,20,100200,Acme Steel,7,3.25,01/31/2024,02/20/2024,y\n",
        );
        assert_eq!(mapping.source, "ERP");
        assert_eq!(column(&mapping, "order_number"), Some("PO Number"));
        assert_eq!(column(&mapping, "line_number"), Some("Line #"));
        assert_eq!(column(&mapping, "supplier_key"), Some("Vendor"));
        assert_eq!(column(&mapping, "supplier_name"), Some("Vendor Name"));
        assert_eq!(column(&mapping, "quantity"), Some("Qty"));
        assert_eq!(column(&mapping, "unit_price"), Some("Unit Price (USD)"));
        assert_eq!(mapping.fields["currency"].constant.as_deref(), Some("USD"));
        assert_eq!(mapping.fields["ordered_on"].formats, ["%m/%d/%Y"]);
        assert_eq!(column(&mapping, "requested_on"), Some("Required By"));
        assert_eq!(mapping.file.decimal, Some('.'));
        assert_eq!(mistakes(&mapping), Vec::<String>::new());
        assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
    }

    #[test]
    fn a_german_order_file_is_understood() {
        let mapping = suggested(
            Kind::OrderLines,
            "Bestell-Nr.;Pos.;Lieferant;Menge;Stückpreis;Preiseinheit;Währung;Bestelldatum;Liefertermin;Wareneingangsdatum\n\
             B-1;10;Müller GmbH;1.500,5;2,75;100;EUR;31.01.2024;15.02.2024;14.02.2024\n\
             B-1;20;Müller GmbH;12;0,40;1;EUR;31.01.2024;15.02.2024;\n",
        );
        assert_eq!(column(&mapping, "order_number"), Some("Bestell-Nr."));
        assert_eq!(column(&mapping, "supplier_name"), Some("Lieferant"));
        assert_eq!(column(&mapping, "supplier_key"), None);
        assert_eq!(mapping.fields["unit_price"].per, ["Preiseinheit"]);
        assert_eq!(column(&mapping, "currency"), Some("Währung"));
        assert_eq!(mapping.fields["requested_on"].formats, ["%d.%m.%Y"]);
        assert_eq!(
            mapping.fields["received_quantity"].same_as.as_deref(),
            Some("quantity")
        );
        assert_eq!(mapping.file.decimal, Some(','));
        assert_eq!(mistakes(&mapping), Vec::<String>::new());
    }

    #[test]
    fn what_nothing_matches_is_named_and_dates_that_go_both_ways_stay_open() {
        let mapping = suggested(Kind::InvoiceLines, "Vendor,Invoice Date\nAcme,01/02/2024\n");
        assert_eq!(mapping.fields["invoiced_on"].formats, Vec::<String>::new());
        let missing: Vec<String> = mapping
            .check()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert!(missing.contains(&"fields.amount".to_owned()), "{missing:?}");
        let parts = mapping.key.unwrap().parts;
        assert_eq!(parts, [KeyPart::Digest, KeyPart::Occurrence]);
    }

    #[test]
    fn every_alias_belongs_to_a_field() {
        for line in ALIASES.lines().filter(|line| !line.starts_with('#')) {
            let (name, _) = line.split_once(": ").unwrap();
            let known = match name.split_once('/') {
                Some((kind, name)) => kinds::field(Kind::parse(kind).unwrap(), name).is_some(),
                None => {
                    name == "per"
                        || Kind::ALL
                            .iter()
                            .any(|kind| kinds::field(*kind, name).is_some())
                }
            };
            assert!(known, "{name}");
        }
    }
}
