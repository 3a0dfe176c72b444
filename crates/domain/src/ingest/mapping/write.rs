//! From a mapping to TOML, in the order a person reads it.

use super::{FieldRule, KeyPart, KeyRule, Mapping, OnError, SkipRule, WhenEmpty};
use crate::ingest::kinds;
use keelson_methods::missing::Missing;
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn document(mapping: &Mapping) -> String {
    let mut out = Out(String::new());
    out.text("kind", mapping.kind.code());
    out.text("source", &mapping.source);
    out.filled("name", &mapping.name);
    out.filled("note", &mapping.note);
    out.option("unnamed_supplier", mapping.unnamed_supplier.as_deref());
    file(&mut out, mapping);
    if let Some(key) = &mapping.key {
        key_rule(&mut out, key);
    }
    for skip in &mapping.skip {
        skip_rule(&mut out, skip);
    }
    if mapping.control.rows.is_some() || !mapping.control.sums.is_empty() {
        out.line("\n[control]");
        out.option("rows", mapping.control.rows.as_deref());
        out.texts_map("sums", &mapping.control.sums);
    }
    for target in kinds::fields(mapping.kind) {
        if let Some(rule) = mapping.fields.get(target.name) {
            out.line(&format!("\n[fields.{}]", target.name));
            field(&mut out, rule);
        }
    }
    out.0
}

fn file(out: &mut Out, mapping: &Mapping) {
    let file = &mapping.file;
    if *file == super::FileRules::default() {
        return;
    }
    out.line("\n[file]");
    out.letter("delimiter", file.delimiter);
    out.option("encoding", file.encoding.as_deref());
    out.option("sheet", file.sheet.as_deref());
    if let Some(row) = file.header_row {
        out.line(&format!("header_row = {row}"));
    }
    out.option("json_path", file.json_path.as_deref());
    out.letter("decimal", file.decimal);
    out.letter("thousands", file.thousands);
    out.list("dates", &file.dates);
    out.reasons(&file.missing);
}

fn key_rule(out: &mut Out, key: &KeyRule) {
    out.line("\n[key]");
    let parts: Vec<String> = key
        .parts
        .iter()
        .map(|part| match part {
            KeyPart::Occurrence => quoted("#occurrence"),
            KeyPart::Digest => quoted("#digest"),
            KeyPart::Column(names) if names.len() == 1 => quoted(&names[0]),
            KeyPart::Column(names) => list(names),
        })
        .collect();
    out.line(&format!("columns = [{}]", parts.join(", ")));
    if key.separator != KeyRule::SEPARATOR {
        out.text("separator", &key.separator);
    }
    if key.when_empty == WhenEmpty::Digest {
        out.text("when_empty", "digest");
    }
}

fn skip_rule(out: &mut Out, skip: &SkipRule) {
    out.line("\n[[skip]]");
    out.line(&format!("columns = {}", list(&skip.columns)));
    out.list("equals", &skip.equals);
    out.list("starts_with", &skip.starts_with);
    out.flag("empty", skip.empty);
    out.filled("reason", &skip.reason);
}

fn field(out: &mut Out, rule: &FieldRule) {
    out.list("columns", &rule.columns);
    out.flag("first_filled", rule.first_filled);
    out.list("join", &rule.join);
    out.option("separator", rule.separator.as_deref());
    out.option("constant", rule.constant.as_deref());
    out.option("same_as", rule.same_as.as_deref());
    out.option("default", rule.default.as_deref());
    out.list("formats", &rule.formats);
    out.reasons(&rule.missing);
    out.texts_map("translate", &rule.translate);
    out.letter("decimal", rule.decimal);
    out.letter("thousands", rule.thousands);
    match rule.factor {
        0 => {}
        places if places > 0 => out.line(&format!("factor = 1{}", "0".repeat(places as usize))),
        places => out.line(&format!(
            "factor = 0.{}1",
            "0".repeat(places.unsigned_abs() as usize - 1)
        )),
    }
    out.flag("negate", rule.negate);
    out.list("per", &rule.per);
    if let Some(required) = rule.required {
        out.line(&format!("required = {required}"));
    }
    match rule.on_error {
        Some(OnError::Reject) => out.text("on_error", "reject"),
        Some(OnError::Missing) => out.text("on_error", "missing"),
        None => {}
    }
}

/// The text of the document so far.
struct Out(String);

impl Out {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.line(&format!("{name} = {}", quoted(text)));
    }

    fn filled(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    fn option(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn letter(&mut self, name: &str, letter: Option<char>) {
        if let Some(letter) = letter {
            self.text(name, letter.encode_utf8(&mut [0; 4]));
        }
    }

    fn flag(&mut self, name: &str, flag: bool) {
        if flag {
            self.line(&format!("{name} = true"));
        }
    }

    fn list(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.line(&format!("{name} = {}", list(texts)));
        }
    }

    fn texts_map(&mut self, name: &str, texts: &BTreeMap<String, String>) {
        self.inline(
            name,
            texts
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        );
    }

    fn reasons(&mut self, reasons: &BTreeMap<String, Missing>) {
        self.inline(
            "missing",
            reasons
                .iter()
                .map(|(text, reason)| (text.as_str(), reason.code())),
        );
    }

    fn inline<'a>(&mut self, name: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut inside = String::new();
        for (key, value) in pairs {
            let comma = if inside.is_empty() { "" } else { ", " };
            let _ = write!(inside, "{comma}{} = {}", quoted(key), quoted(value));
        }
        if !inside.is_empty() {
            self.line(&format!("{name} = {{ {inside} }}"));
        }
    }
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A TOML text on one line, in double quotation marks.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}
