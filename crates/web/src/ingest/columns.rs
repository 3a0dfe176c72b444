//! The columns of a file against the fields they fill, as a form. It edits the same document as the text beside it: what the
//! form does not ask stays as the document says.

use std::collections::{BTreeMap, BTreeSet};

use keelson_domain::ingest::{
    FieldRule, KeyPart, KeyRule, Kind, Mapping, MappingError, WhenEmpty,
    kinds::{self, Field as Target, Holds, Need},
};
use keelson_methods::missing::Missing;

use super::look::{Look, same};
use crate::{Error, Result, kit::form::Choice};

/// Columns a key can be put together from in the form; the document takes more.
const KEY_PARTS: usize = 4;

/// What stands in a select for a rule the form does not ask about in full: a join, another field's value.
const AS_IT_IS: &str = "=";

/// Stands in a select before the field whose value is taken.
const THE_SAME_AS: char = '@';

/// The answers of the form, by their names.
pub(super) struct Answers(BTreeMap<String, String>);

impl Answers {
    /// Reads the form. A field it does not have is refused.
    pub(super) fn read(body: &[u8], kind: Kind) -> Result<Self> {
        let mut answers = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if !is_known(&name, kind) {
                let name: String = name.chars().take(60).collect();
                return Err(Error::Unreadable(format!(
                    "The form has no field \"{name}\". Go back, reload the page and try again."
                )));
            }
            answers.insert(name.into_owned(), value.into_owned());
        }
        Ok(Self(answers))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim())
    }

    /// Puts a text that may be left empty where it belongs; what was not asked stays as it is.
    fn put(&self, name: &str, into: &mut Option<String>) {
        if let Some(text) = self.get(name) {
            *into = filled(text);
        }
    }

    /// The same for a single character, some of which are asked by name.
    fn put_letter(&self, name: &str, into: &mut Option<char>) {
        if let Some(text) = self.get(name) {
            *into = match text {
                "tab" => Some('\t'),
                "space" => Some(' '),
                other => other.chars().next(),
            };
        }
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("on")
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Fields that are asked beside those of each target.
const BESIDE: [&str; 11] = [
    "source",
    "delimiter",
    "encoding",
    "sheet",
    "header_row",
    "decimal",
    "thousands",
    "unnamed_supplier",
    "occurrence",
    "digest",
    "others",
];

const ASPECTS: [&str; 6] = [
    "column",
    "constant",
    "formats",
    "translate",
    "missing",
    "default",
];

fn is_known(name: &str, kind: Kind) -> bool {
    if BESIDE.contains(&name) {
        return true;
    }
    if let Some(place) = name.strip_prefix("key.") {
        return place.parse::<usize>().is_ok_and(|place| place < KEY_PARTS);
    }
    name.split_once('.').is_some_and(|(aspect, field)| {
        ASPECTS.contains(&aspect) && kinds::field(kind, field).is_some()
    })
}

/// The mapping with the answers in it, and what could not be read of them.
pub(super) fn applied(mut mapping: Mapping, answers: &Answers) -> (Mapping, Vec<MappingError>) {
    let mut errors = Vec::new();
    if let Some(source) = answers.get("source") {
        source.clone_into(&mut mapping.source);
    }
    answers.put("unnamed_supplier", &mut mapping.unnamed_supplier);
    file(&mut mapping, answers, &mut errors);
    for target in kinds::fields(mapping.kind) {
        let before = mapping.fields.remove(target.name);
        if let Some(rule) = rule(target, before, answers, &mut errors) {
            mapping.fields.insert(target.name.to_owned(), rule);
        }
    }
    key(&mut mapping, answers);
    (mapping, errors)
}

fn file(mapping: &mut Mapping, answers: &Answers, errors: &mut Vec<MappingError>) {
    let file = &mut mapping.file;
    answers.put_letter("delimiter", &mut file.delimiter);
    answers.put_letter("decimal", &mut file.decimal);
    answers.put_letter("thousands", &mut file.thousands);
    answers.put("encoding", &mut file.encoding);
    answers.put("sheet", &mut file.sheet);
    if let Some(text) = answers.get("header_row") {
        file.header_row = text.parse().ok();
        if file.header_row.is_none() && !text.is_empty() {
            errors.push(mistake("file.header_row", "enter a row such as 1"));
        }
    }
}

fn mistake(field: &str, message: &str) -> MappingError {
    MappingError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

/// A field's rule with the answers in it; none where the file has nothing for it.
fn rule(
    target: &Target,
    before: Option<FieldRule>,
    answers: &Answers,
    errors: &mut Vec<MappingError>,
) -> Option<FieldRule> {
    let name = |aspect: &str| format!("{aspect}.{}", target.name);
    let Some(column) = answers.get(&name("column")) else {
        // The field was not asked about.
        return before;
    };
    let constant = answers.get(&name("constant")).and_then(filled);
    let mut rule = before.unwrap_or_default();
    match column {
        AS_IT_IS => {}
        "" => {
            rule.columns.clear();
            rule.join.clear();
            rule.same_as = None;
        }
        column if column.starts_with(THE_SAME_AS) => {
            rule.columns.clear();
            rule.join.clear();
            rule.same_as = Some(column[THE_SAME_AS.len_utf8()..].to_owned());
        }
        column => {
            // The other names the document knows the column by stay: next month's file may have them.
            if !rule.columns.iter().any(|known| same(known, column)) {
                rule.columns = vec![column.to_owned()];
            } else if let Some(at) = rule.columns.iter().position(|known| same(known, column)) {
                let chosen = rule.columns.remove(at);
                rule.columns.insert(0, chosen);
            }
            rule.join.clear();
            rule.same_as = None;
        }
    }
    rule.constant = if rule.columns.is_empty() && rule.join.is_empty() {
        constant
    } else {
        None
    };
    if let Some(text) = answers.get(&name("formats")) {
        rule.formats = list(text);
    }
    if let Some(text) = answers.get(&name("translate")) {
        rule.translate = table(text, &format!("fields.{}.translate", target.name), errors);
    }
    if let Some(text) = answers.get(&name("missing")) {
        rule.missing = reasons(text, &format!("fields.{}.missing", target.name), errors);
    }
    answers.put(&name("default"), &mut rule.default);
    let says_where = !rule.columns.is_empty()
        || !rule.join.is_empty()
        || rule.constant.is_some()
        || rule.same_as.is_some();
    says_where.then_some(rule)
}

fn list(text: &str) -> Vec<String> {
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Lines of `from = to`.
fn table(text: &str, place: &str, errors: &mut Vec<MappingError>) -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.rsplit_once('=') {
            Some((from, to)) if !from.trim().is_empty() => {
                table.insert(from.trim().to_owned(), to.trim().to_owned());
            }
            _ => errors.push(mistake(
                place,
                &format!("write \"{line}\" as text = what it means"),
            )),
        }
    }
    table
}

/// Lines of a text that means "missing", perhaps with its reason.
fn reasons(text: &str, place: &str, errors: &mut Vec<MappingError>) -> BTreeMap<String, Missing> {
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (value, reason) = match line.rsplit_once('=') {
            Some((value, reason)) => (value.trim(), reason.trim()),
            None => (line, Missing::NotReported.code()),
        };
        match Missing::ALL
            .iter()
            .copied()
            .find(|known| known.code() == reason)
        {
            Some(reason) => {
                found.insert(value.to_owned(), reason);
            }
            None => errors.push(mistake(
                place,
                &format!("\"{reason}\" is no reason; write not_reported or not_applicable"),
            )),
        }
    }
    found
}

fn key(mapping: &mut Mapping, answers: &Answers) {
    if answers.get("key.0").is_none() {
        return;
    }
    let mut parts: Vec<KeyPart> = Vec::new();
    for place in 0..KEY_PARTS {
        let Some(column) = answers
            .get(&format!("key.{place}"))
            .filter(|one| !one.is_empty())
        else {
            continue;
        };
        // The other names the document knows the column by stay.
        let known = mapping
            .key
            .iter()
            .flat_map(|key| &key.parts)
            .find_map(|part| match part {
                KeyPart::Column(names) if names.iter().any(|name| same(name, column)) => {
                    Some(names.clone())
                }
                _ => None,
            });
        parts.push(KeyPart::Column(
            known.unwrap_or_else(|| vec![column.to_owned()]),
        ));
    }
    if answers.is_on("digest") {
        parts.push(KeyPart::Digest);
    }
    if parts.is_empty() {
        mapping.key = None;
        return;
    }
    if answers.is_on("occurrence") {
        parts.push(KeyPart::Occurrence);
    }
    let (separator, when_empty) = mapping
        .key
        .as_ref()
        .map_or(("/".to_owned(), WhenEmpty::default()), |key| {
            (key.separator.clone(), key.when_empty)
        });
    mapping.key = Some(KeyRule {
        parts,
        separator,
        when_empty,
    });
}

/// A target field as the form asks it.
pub(super) struct Asked {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) help: &'static str,
    pub(super) needed: bool,
    pub(super) columns: Vec<Choice>,
    pub(super) column: String,
    /// What the chosen column says, or what the field gets without one.
    pub(super) shows: String,
    pub(super) constant: String,
    pub(super) is_date: bool,
    pub(super) formats: String,
    pub(super) dates: String,
    pub(super) translate: String,
    pub(super) missing: String,
    pub(super) default: String,
    /// What the document says about the values beside their column.
    pub(super) says_more: String,
    pub(super) error: Option<String>,
    pub(super) mapped: bool,
}

/// Every field of the kind as the form asks it.
pub(super) fn asked(mapping: &Mapping, look: &Look, errors: &[MappingError]) -> Vec<Asked> {
    kinds::fields(mapping.kind)
        .iter()
        .map(|target| {
            ask(
                mapping.kind,
                target,
                mapping.fields.get(target.name),
                look,
                errors,
            )
        })
        .collect()
}

fn ask(
    kind: Kind,
    target: &'static Target,
    rule: Option<&FieldRule>,
    look: &Look,
    errors: &[MappingError],
) -> Asked {
    let none = FieldRule::default();
    let known = rule.unwrap_or(&none);
    let seen = look.column(&known.columns);
    let mut columns = vec![Choice::new("", "–")];
    columns.extend(alike(kind, target).map(|other| {
        let words = super::words::field(other.name).to_lowercase();
        Choice::new(
            format!("{THE_SAME_AS}{}", other.name),
            format!("the same as {words}"),
        )
    }));
    let column = if let Some(other) = taken_from(known) {
        format!("{THE_SAME_AS}{other}")
    } else if let Some(words) = as_it_is(known) {
        columns.push(Choice::new(AS_IT_IS, words));
        AS_IT_IS.to_owned()
    } else {
        match (seen, known.columns.first()) {
            (Some(seen), _) => seen.name.clone(),
            (None, Some(name)) => {
                columns.push(Choice::new(name, format!("{name} (not in this file)")));
                name.clone()
            }
            (None, None) => String::new(),
        }
    };
    columns.extend(
        look.columns
            .iter()
            .map(|seen| Choice::new(&seen.name, &seen.name)),
    );
    let place = format!("fields.{}", target.name);
    let error = errors
        .iter()
        .find(|error| {
            error.field == place
                || error
                    .field
                    .strip_prefix(&place)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
        .map(|error| super::words::sentence(&error.message));
    let pairs = |table: &BTreeMap<String, String>| {
        let lines: Vec<String> = table
            .iter()
            .map(|(from, to)| format!("{from} = {to}"))
            .collect();
        lines.join("\n")
    };
    Asked {
        label: super::words::field(target.name),
        name: target.name,
        help: target.help,
        needed: target.need != Need::Optional,
        shows: match (seen, &known.constant) {
            (Some(seen), _) => seen.examples(),
            (None, Some(constant)) => format!("always {constant}"),
            (None, None) if column == AS_IT_IS || column.starts_with(THE_SAME_AS) => String::new(),
            (None, None) => "nothing".to_owned(),
        },
        constant: known.constant.clone().unwrap_or_default(),
        is_date: target.holds == Holds::Date,
        formats: known.formats.join(", "),
        dates: match (target.holds, seen) {
            (Holds::Date, Some(seen)) => dates(seen),
            _ => String::new(),
        },
        translate: pairs(&known.translate),
        missing: known
            .missing
            .iter()
            .map(|(text, reason)| format!("{text} = {}", reason.code()))
            .collect::<Vec<_>>()
            .join("\n"),
        default: known.default.clone().unwrap_or_default(),
        says_more: says_more(known),
        error,
        mapped: rule.is_some(),
        columns,
        column,
    }
}

/// What a rule says about its values, in a few words.
fn says_more(rule: &FieldRule) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    [
        rule.constant.as_ref().map(|_| "always the same".to_owned()),
        counted(rule.translate.len(), "translation", "translations"),
        counted(rule.missing.len(), "text is missing", "texts are missing"),
        rule.default
            .as_ref()
            .map(|_| "filled where empty".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

/// The fields whose value another quantity may take: what arrived is often the whole of what was ordered.
fn alike(kind: Kind, target: &'static Target) -> impl Iterator<Item = &'static Target> {
    kinds::fields(kind).iter().filter(move |other| {
        other.name != target.name
            && matches!(
                (target.holds, other.holds),
                (Holds::Counted, Holds::Ordered)
            )
    })
}

/// The field a rule takes its value from, where it has nothing else.
fn taken_from(rule: &FieldRule) -> Option<&str> {
    let alone = rule.columns.is_empty() && rule.join.is_empty() && rule.constant.is_none();
    rule.same_as.as_deref().filter(|_| alone)
}

/// A rule that is more than one column, in words; the form keeps it as it is.
fn as_it_is(rule: &FieldRule) -> Option<String> {
    if !rule.join.is_empty() {
        return Some(format!("{} joined", rule.join.join(", ")));
    }
    (rule.first_filled && rule.columns.len() > 1)
        .then(|| format!("the first filled of {}", rule.columns.join(", ")))
}

/// What the dates of a column look like.
fn dates(seen: &super::look::Seen) -> String {
    let dates = seen.dates();
    if let Some(example) = dates.ambiguous {
        return format!(
            "Day and month can be read either way, for example {example}: write %d/%m/%Y or %m/%d/%Y."
        );
    }
    if dates.formats.is_empty() {
        return "No date was recognised in the first rows.".to_owned();
    }
    format!(
        "{} of {} values look like {}.",
        dates.read,
        dates.total,
        dates.formats.join(", ")
    )
}

/// How rows are identified, as the form asks it.
pub(super) struct AskedKey {
    /// Each with its place and what is chosen.
    pub(super) parts: Vec<(usize, String)>,
    pub(super) columns: Vec<Choice>,
    pub(super) digest: bool,
    pub(super) occurrence: bool,
    pub(super) error: Option<String>,
}

pub(super) fn asked_key(mapping: &Mapping, look: &Look, errors: &[MappingError]) -> AskedKey {
    let parts = mapping.key.as_ref().map_or(&[][..], |key| &key.parts);
    let mut chosen: Vec<String> = parts
        .iter()
        .filter_map(|part| match part {
            KeyPart::Column(names) => Some(look.column(names).map_or_else(
                || names.first().cloned().unwrap_or_default(),
                |seen| seen.name.clone(),
            )),
            KeyPart::Occurrence | KeyPart::Digest => None,
        })
        .collect();
    let known: BTreeSet<&str> = look.columns.iter().map(|seen| seen.name.as_str()).collect();
    let mut columns = vec![Choice::new("", "–")];
    columns.extend(
        chosen
            .iter()
            .filter(|name| !known.contains(name.as_str()))
            .map(|name| Choice::new(name, format!("{name} (not in this file)"))),
    );
    columns.extend(
        look.columns
            .iter()
            .map(|seen| Choice::new(&seen.name, &seen.name)),
    );
    chosen.resize(KEY_PARTS, String::new());
    AskedKey {
        parts: chosen.into_iter().enumerate().collect(),
        columns,
        digest: parts.contains(&KeyPart::Digest),
        occurrence: parts.contains(&KeyPart::Occurrence),
        error: errors
            .iter()
            .find(|error| error.field == "key" || error.field.starts_with("key."))
            .map(|error| super::words::sentence(&error.message)),
    }
}

#[cfg(test)]
mod tests {
    use keelson_domain::ingest::Kind;

    use super::*;

    const SCMS: &str = "kind = \"order-lines\"\nsource = \"SCMS\"\n[fields.key]\ncolumns = [\"ID\"]\n\
        [fields.quantity]\ncolumns = [\"Menge\", \"Quantity\"]\n[fields.ordered_on]\ncolumns = [\"PO Date\"]\n\
        formats = [\"%m/%d/%y\"]\nmissing = { \"Not Captured\" = \"not_reported\" }\n\
        [fields.received_on]\ncolumns = [\"Delivered\"]\n[fields.received_quantity]\nsame_as = \"quantity\"\n\
        [fields.supplier_name]\ncolumns = [\"Vendor\"]\n";

    fn edited(form: &str) -> (Mapping, Vec<MappingError>) {
        let mapping = Mapping::parse(SCMS).unwrap();
        let answers = Answers::read(form.as_bytes(), Kind::OrderLines).unwrap();
        applied(mapping, &answers)
    }

    #[test]
    fn what_the_form_does_not_ask_stays_as_the_document_says() {
        let (mapping, errors) = edited("source=SCMS");
        assert!(errors.is_empty());
        assert_eq!(mapping, Mapping::parse(SCMS).unwrap());
    }

    #[test]
    fn a_column_is_chosen_and_the_other_names_of_it_stay() {
        let (mapping, _) = edited(
            "column.quantity=Quantity&column.ordered_on=&column.received_quantity=%3D&column.item=Art&constant.item=x",
        );
        assert_eq!(mapping.fields["quantity"].columns, ["Quantity", "Menge"]);
        assert!(!mapping.fields.contains_key("ordered_on"));
        assert_eq!(
            mapping.fields["received_quantity"].same_as.as_deref(),
            Some("quantity")
        );
        assert_eq!(mapping.fields["item"].columns, ["Art"]);
        assert_eq!(
            mapping.fields["item"].constant, None,
            "a column goes before a constant"
        );
    }

    #[test]
    fn what_arrived_can_be_the_whole_of_what_was_ordered() {
        let (mapping, errors) = edited("column.received_quantity=%40quantity");
        assert!(errors.is_empty());
        let rule = &mapping.fields["received_quantity"];
        assert_eq!(rule.same_as.as_deref(), Some("quantity"));
        assert!(mapping.check().is_empty());
    }

    #[test]
    fn formats_translations_and_reasons_are_read_line_by_line() {
        let (mapping, errors) = edited(
            "column.ordered_on=PO+Date&formats.ordered_on=%25d.%25m.%25Y%2C+%25Y-%25m-%25d\
             &missing.ordered_on=n%2Fa+%3D+not_applicable%0Alost&column.unit=&constant.unit=pack\
             &column.currency=Cur&translate.currency=Euro+%3D+EUR%0A%24+%3D+USD%0Anonsense",
        );
        let ordered = &mapping.fields["ordered_on"];
        assert_eq!(ordered.formats, ["%d.%m.%Y", "%Y-%m-%d"]);
        assert_eq!(ordered.missing["n/a"].code(), "not_applicable");
        assert_eq!(ordered.missing["lost"].code(), "not_reported");
        assert_eq!(mapping.fields["unit"].constant.as_deref(), Some("pack"));
        assert_eq!(mapping.fields["currency"].translate["Euro"], "EUR");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "fields.currency.translate");
    }

    #[test]
    fn a_key_is_put_together_and_an_unknown_field_refused() {
        let (mapping, _) = edited("column.key=&key.0=PO&key.1=&key.2=Line&occurrence=on");
        let key = mapping.key.unwrap();
        assert_eq!(
            key.parts,
            [
                KeyPart::Column(vec!["PO".to_owned()]),
                KeyPart::Column(vec!["Line".to_owned()]),
                KeyPart::Occurrence,
            ]
        );
        for form in ["column.secret=1", "is_administrator=true", "key.9=1"] {
            assert!(
                Answers::read(form.as_bytes(), Kind::OrderLines).is_err(),
                "{form}"
            );
        }
    }
}
