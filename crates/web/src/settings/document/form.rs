//! A document as questions. Each question names the field of the document that it writes, so what the document's own checks
//! find stands beside the question, and a document reads back into the answers that made it.

use std::collections::BTreeMap;

use crate::kit::{
    Locale,
    form::{Choice, Errors, Field},
};

/// What was answered, by the name of the question: the path of its field, `delivery.late_days`.
pub(in crate::settings) type Answers = BTreeMap<String, Vec<String>>;

/// Questions under one heading.
pub(in crate::settings) struct Group {
    pub(in crate::settings) legend: String,
    pub(in crate::settings) lead: String,
    pub(in crate::settings) questions: Vec<Question>,
    /// How the answers stand beside each other: a class of the style sheet, or nothing for one below the other.
    pub(in crate::settings) layout: &'static str,
}

/// A question about one field.
pub(in crate::settings) struct Question {
    path: String,
    label: String,
    hint: Option<String>,
    kind: Kind,
    optional: bool,
    /// Optional without saying so at every question.
    quiet: bool,
}

/// How an answer is written.
pub(in crate::settings) enum Kind {
    Line,
    Paragraph,
    /// Sent along, not asked.
    Hidden,
    /// A whole number sent along, not asked.
    HiddenWhole,
    /// A whole number.
    Whole,
    /// A whole number, or no limit.
    WholeOrAny,
    Number,
    /// A share, written as a percentage.
    Percent,
    /// A share, or no limit.
    PercentOrAny,
    One(Vec<Choice>),
    Many(Vec<Choice>),
    /// Choices tried in order, the first one first.
    Order(Vec<Choice>),
    /// Several numbers that belong together, each with its own label.
    Numbers(&'static [&'static str]),
    /// An amount that the document keeps in minor units, asked in major ones: the decimals of the currency.
    Money(u32),
    Check,
}

const NUMBER: &str = "enter a number, for example 12.5";

/// The word for a limit that is lifted.
const ANY: &str = "any";

impl Group {
    pub(in crate::settings) fn new(legend: impl Into<String>, questions: Vec<Question>) -> Self {
        Self {
            legend: legend.into(),
            lead: String::new(),
            questions,
            layout: "",
        }
    }

    pub(in crate::settings) fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// Two beside each other.
    pub(in crate::settings) fn pair(mut self) -> Self {
        self.layout = "pair";
        self
    }

    /// Four beside each other, for short answers that belong together.
    pub(in crate::settings) fn quad(mut self) -> Self {
        self.layout = "pair quad";
        self
    }
}

impl Question {
    pub(in crate::settings) fn new(path: impl Into<String>, label: &str, kind: Kind) -> Self {
        Self {
            path: path.into(),
            label: label.to_owned(),
            hint: None,
            kind,
            optional: false,
            quiet: false,
        }
    }

    pub(in crate::settings) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Need not be answered; the field is then left out of the document.
    pub(in crate::settings) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Need not be answered, and does not say so: one of many that are answered together or not at all.
    pub(in crate::settings) fn quiet(mut self) -> Self {
        self.optional = true;
        self.quiet = true;
        self
    }

    pub(in crate::settings) fn label(&self) -> &str {
        &self.label
    }

    /// The id of the control, or of its first.
    fn anchor(&self) -> String {
        match self.kind {
            Kind::Order(_) | Kind::Numbers(_) => format!("{}.1", self.path),
            _ => self.path.clone(),
        }
    }

    fn names(&self) -> Vec<String> {
        let places = match &self.kind {
            Kind::Order(choices) => choices.len(),
            Kind::Numbers(labels) => labels.len(),
            _ => return vec![self.path.clone()],
        };
        (1..=places)
            .map(|place| format!("{}.{place}", self.path))
            .collect()
    }

    /// The controls, with what was answered and what is wrong with it.
    pub(in crate::settings) fn fields(&self, answers: &Answers, errors: &Errors) -> Vec<Field> {
        let label = self.label.as_str();
        let field = match &self.kind {
            Kind::Hidden | Kind::HiddenWhole => return Vec::new(),
            Kind::Order(choices) => return self.order(choices, answers, errors),
            Kind::Numbers(labels) => return self.numbers(labels, answers, errors),
            Kind::Many(choices) => Field::checks(
                &self.path,
                label,
                choices.clone(),
                answers.get(&self.path).cloned().unwrap_or_default(),
            ),
            Kind::Check => Field::check(&self.path, label, one(answers, &self.path) == "on"),
            Kind::Line => Field::text(&self.path, label),
            Kind::Paragraph => Field::text_area(&self.path, label, 3),
            Kind::One(choices) if choices.len() > 3 => {
                Field::select(&self.path, label, choices.clone())
            }
            Kind::One(choices) => Field::radios(&self.path, label, choices.clone()),
            Kind::Whole
            | Kind::WholeOrAny
            | Kind::Number
            | Kind::Percent
            | Kind::PercentOrAny
            | Kind::Money(_) => Field::number(&self.path, label),
        };
        let field = field.value(one(answers, &self.path)).error(errors);
        let field = match &self.hint {
            Some(hint) => field.hint(hint.clone()),
            None => field,
        };
        vec![if self.optional {
            field.optional()
        } else {
            field
        }]
    }

    fn numbers(&self, labels: &[&str], answers: &Answers, errors: &Errors) -> Vec<Field> {
        self.names()
            .iter()
            .zip(labels)
            .map(|(name, label)| {
                Field::number(name, label)
                    .value(one(answers, name))
                    .error(errors)
            })
            .collect()
    }

    fn order(&self, choices: &[Choice], answers: &Answers, errors: &Errors) -> Vec<Field> {
        self.names()
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let mut options = choices.to_vec();
                let label = match place {
                    0 => self.label.clone(),
                    1 => "Where that is missing".to_owned(),
                    _ => "Where that is missing too".to_owned(),
                };
                if place > 0 {
                    options.insert(0, Choice::new("", "Nothing: the line is left out"));
                }
                let field = Field::select(name, &label, options)
                    .value(one(answers, name))
                    .error(errors);
                match (&self.hint, place) {
                    (Some(hint), 0) => field.hint(hint.clone()),
                    _ => field,
                }
            })
            .collect()
    }

    /// The answer as the document writes it; `None` where there is none, or where it cannot be read.
    fn value(&self, answers: &Answers, locale: Locale, errors: &mut Errors) -> Option<toml::Value> {
        let text = one(answers, &self.path).trim().to_owned();
        let is_any = text.eq_ignore_ascii_case(ANY);
        let any = || toml::Value::String(ANY.to_owned());
        match &self.kind {
            Kind::Order(_) => {
                let chosen = self.names().into_iter().map(|name| one(answers, &name));
                return Some(list(chosen.filter(|value| !value.is_empty())));
            }
            Kind::Numbers(labels) => {
                let mut values = Vec::new();
                for (name, label) in self.names().iter().zip(*labels) {
                    match number(&one(answers, name), locale) {
                        Some(number) => values.push(toml::Value::Float(number)),
                        None => errors.add(name, format!("{label}: {NUMBER}")),
                    }
                }
                return (values.len() == labels.len()).then_some(toml::Value::Array(values));
            }
            Kind::Many(_) => {
                return Some(list(answers.get(&self.path).into_iter().flatten().cloned()));
            }
            Kind::Check => return Some(toml::Value::Boolean(text == "on")),
            Kind::Line | Kind::Paragraph | Kind::Hidden | Kind::One(_)
                if !text.is_empty() || matches!(self.kind, Kind::Paragraph) =>
            {
                return Some(toml::Value::String(text));
            }
            Kind::WholeOrAny | Kind::PercentOrAny if is_any => return Some(any()),
            _ => {}
        }
        if text.is_empty() && self.optional {
            return None;
        }
        let read = match self.kind {
            Kind::Whole | Kind::HiddenWhole | Kind::WholeOrAny => {
                text.parse().ok().map(toml::Value::Integer)
            }
            Kind::Number => number(&text, locale).map(toml::Value::Float),
            Kind::Money(digits) => {
                let minor = decimal(&text, locale).map(|text| shifted(&text, digits as i32));
                minor.and_then(|minor| Some(toml::Value::Float(minor.parse().ok()?)))
            }
            Kind::Percent | Kind::PercentOrAny => share(&text, locale).map(toml::Value::Float),
            _ => None,
        };
        if read.is_none() {
            errors.add(&self.anchor(), self.wanted());
        }
        read
    }

    fn wanted(&self) -> String {
        let what = match self.kind {
            Kind::Whole | Kind::HiddenWhole => "enter a whole number, for example 3",
            Kind::WholeOrAny => "enter a whole number, for example 3, or the word any",
            Kind::Number => NUMBER,
            Kind::Money(_) => "enter an amount, for example 10,000",
            Kind::Percent => "enter a percentage, for example 2%",
            Kind::PercentOrAny => "enter a percentage, for example 5%, or the word any",
            Kind::One(_) => "choose one",
            _ => "enter something",
        };
        format!("{}: {what}", self.label)
    }

    /// Puts what the document says into the answers.
    fn fill(&self, table: &toml::Table, locale: Locale, answers: &mut Answers) {
        let Some(value) = at(table, &self.path) else {
            return;
        };
        let texts = |value: &toml::Value| -> Vec<String> {
            let each = value.as_array().into_iter().flatten();
            each.filter_map(|value| value.as_str().map(str::to_owned))
                .collect()
        };
        let written = match (&self.kind, value) {
            (Kind::Order(_), list) => {
                for (name, value) in self.names().into_iter().zip(texts(list)) {
                    answers.insert(name, vec![value]);
                }
                return;
            }
            (Kind::Many(_), list) => {
                answers.insert(self.path.clone(), texts(list));
                return;
            }
            (Kind::Numbers(_), list) => {
                let numbers = list.as_array().into_iter().flatten().filter_map(plain);
                for (name, number) in self.names().into_iter().zip(numbers) {
                    answers.insert(name, vec![written(number, locale)]);
                }
                return;
            }
            (Kind::Check, value) => match value.as_bool() {
                Some(true) => "on".to_owned(),
                _ => return,
            },
            (_, toml::Value::String(text)) => text.clone(),
            (Kind::Percent | Kind::PercentOrAny, value) => {
                plain(value).map_or_else(String::new, |share| percentage(share, locale))
            }
            (Kind::Money(digits), value) => plain(value).map_or_else(String::new, |minor| {
                let major = shifted(&format!("{minor}"), -(*digits as i32));
                localised(&major, locale)
            }),
            (_, value) => plain(value).map_or_else(String::new, |value| written(value, locale)),
        };
        answers.insert(self.path.clone(), vec![written]);
    }

    /// The answer in words, as a page shows it.
    pub(in crate::settings) fn said(&self, answers: &Answers) -> Option<String> {
        let named = |choices: &[Choice], value: &str| {
            let choice = choices.iter().find(|choice| choice.value == value);
            choice.map_or_else(|| value.to_owned(), |choice| choice.label.clone())
        };
        let text = one(answers, &self.path);
        match &self.kind {
            Kind::Hidden | Kind::HiddenWhole => None,
            Kind::Order(choices) => {
                let each: Vec<String> = self
                    .names()
                    .iter()
                    .map(|name| one(answers, name))
                    .filter(|value| !value.is_empty())
                    .map(|value| named(choices, &value))
                    .collect();
                Some(each.join(", else "))
            }
            Kind::Numbers(_) => {
                let each: Vec<String> =
                    self.names().iter().map(|name| one(answers, name)).collect();
                Some(each.join(", "))
            }
            Kind::Many(choices) => {
                let chosen = answers.get(&self.path).map_or(&[][..], Vec::as_slice);
                let each: Vec<String> = chosen.iter().map(|value| named(choices, value)).collect();
                Some(if each.is_empty() {
                    "None".to_owned()
                } else {
                    each.join(", ")
                })
            }
            Kind::One(choices) => Some(named(choices, &text)),
            Kind::Check => Some(if text == "on" { "Yes" } else { "No" }.to_owned()),
            Kind::WholeOrAny | Kind::PercentOrAny if text == ANY => Some("any".to_owned()),
            _ if text.is_empty() => None,
            _ => Some(text),
        }
    }
}

/// The answers that a document gives.
pub(in crate::settings) fn fill(groups: &[Group], table: &toml::Table, locale: Locale) -> Answers {
    let mut answers = Answers::new();
    for question in questions(groups) {
        question.fill(table, locale, &mut answers);
    }
    answers
}

/// The document that answers give. What cannot be read stands in `errors`.
pub(in crate::settings) fn write(
    groups: &[Group],
    answers: &Answers,
    locale: Locale,
    errors: &mut Errors,
) -> toml::Table {
    let mut table = toml::Table::new();
    for question in questions(groups) {
        if let Some(value) = question.value(answers, locale, errors) {
            put(&mut table, &question.path, value);
        }
    }
    table
}

/// The names of what is sent along without being asked.
pub(super) fn hidden(groups: &[Group]) -> impl Iterator<Item = &str> {
    questions(groups)
        .filter(|question| matches!(question.kind, Kind::Hidden | Kind::HiddenWhole))
        .map(|question| question.path.as_str())
}

/// What was sent that no question asks.
pub(in crate::settings) fn unasked<'a>(groups: &[Group], answers: &'a Answers) -> Option<&'a str> {
    let asked: Vec<String> = questions(groups).flat_map(Question::names).collect();
    answers.keys().map(String::as_str).find(|name| {
        let is_ours = *name == super::BASE;
        !is_ours && !asked.iter().any(|asked| asked == name)
    })
}

/// The question a mistake in the document is about: its own, or the first of its section; and the words to say it in.
pub(in crate::settings) fn placed(
    groups: &[Group],
    field: &str,
    message: &str,
) -> (String, String) {
    let inside = format!("{field}.");
    let own = questions(groups).find(|question| question.path == field);
    let first = || questions(groups).find(|question| question.path.starts_with(&inside));
    match (own, first()) {
        (Some(question), _) => (
            question.anchor(),
            format!("{}: {message}", question.label()),
        ),
        (None, Some(question)) => (question.anchor(), sentence(message)),
        (None, None) => {
            let anchor = questions(groups)
                .find(|question| !matches!(question.kind, Kind::Hidden | Kind::HiddenWhole))
                .map(Question::anchor);
            (anchor.unwrap_or_default(), sentence(message))
        }
    }
}

fn sentence(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

pub(in crate::settings) fn questions(groups: &[Group]) -> impl Iterator<Item = &Question> {
    groups.iter().flat_map(|group| &group.questions)
}

/// The answer to a question that takes one.
pub(in crate::settings) fn one(answers: &Answers, name: &str) -> String {
    answers
        .get(name)
        .and_then(|values| values.last())
        .cloned()
        .unwrap_or_default()
}

fn list(values: impl Iterator<Item = String>) -> toml::Value {
    toml::Value::Array(values.map(toml::Value::String).collect())
}

fn at<'a>(table: &'a toml::Table, path: &str) -> Option<&'a toml::Value> {
    match path.split_once('.') {
        None => table.get(path),
        Some((first, rest)) => at(table.get(first)?.as_table()?, rest),
    }
}

fn put(table: &mut toml::Table, path: &str, value: toml::Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = table
                .entry(first)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(inner) = inner.as_table_mut() {
                put(inner, rest, value);
            }
        }
    }
}

fn plain(value: &toml::Value) -> Option<f64> {
    match value {
        toml::Value::Float(value) => Some(*value),
        toml::Value::Integer(value) => Some(*value as f64),
        _ => None,
    }
}

/// A number as a person types it here: with the reader's decimal sign, or with a point.
pub(in crate::settings) fn number(text: &str, locale: Locale) -> Option<f64> {
    decimal(text, locale)?.parse().ok()
}

/// A percentage as a share, exactly: "2.5%" is 0.025.
pub(in crate::settings) fn share(text: &str, locale: Locale) -> Option<f64> {
    let text = text.trim().trim_end_matches('%');
    shifted(&decimal(text, locale)?, -2).parse().ok()
}

/// A number in the shortest form that reads back the same.
pub(in crate::settings) fn written(value: f64, locale: Locale) -> String {
    localised(&format!("{value}"), locale)
}

/// A share as the percentage it is, in the shortest form that reads back the same.
pub(in crate::settings) fn percentage(share: f64, locale: Locale) -> String {
    format!("{}%", localised(&shifted(&format!("{share}"), 2), locale))
}

fn localised(plain: &str, locale: Locale) -> String {
    plain.replace('-', "−").replace('.', sign(locale))
}

/// The reader's decimal sign, as numbers on the page show it.
fn sign(locale: Locale) -> &'static str {
    if crate::kit::format::number(0.5, 1, locale).contains(',') {
        ","
    } else {
        "."
    }
}

/// Plain decimal text out of what was typed, or nothing where it is no number or could be two.
fn decimal(text: &str, locale: Locale) -> Option<String> {
    let typed: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '’' | '\''))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let (mark, group) = match sign(locale) {
        "," => (',', '.'),
        _ => ('.', ','),
    };
    let digits = typed.strip_prefix('-').unwrap_or(&typed);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = match (digits.split_once(mark), digits.split_once(group)) {
        (Some((whole, fraction)), _) => (whole.to_owned(), Some(fraction.to_owned())),
        // The other sign groups thousands where it stands before three digits; elsewhere it can only be a decimal sign.
        (None, Some((whole, rest))) if rest.len() != 3 && !rest.contains(group) => {
            (whole.to_owned(), Some(rest.to_owned()))
        }
        _ => (digits.to_owned(), None),
    };
    let mut groups = whole.split(group);
    let first = groups.next().filter(|first| is_number(first))?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_number(group) || first.len() > 3 {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        if !is_number(&fraction) {
            return None;
        }
        plain = format!("{plain}.{fraction}");
    }
    Some(if typed.starts_with('-') {
        format!("-{plain}")
    } else {
        plain
    })
}

/// Moves the point of plain decimal text; no float takes part.
fn shifted(plain: &str, places: i32) -> String {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let point = whole.len() as i32 + places;
    let all = format!("{whole}{fraction}");
    let (before, after) = if point <= 0 {
        let zeros = "0".repeat(point.unsigned_abs() as usize);
        ("0".to_owned(), format!("{zeros}{all}"))
    } else {
        let point = point as usize;
        let all = format!("{all:0<point$}");
        (all[..point].to_owned(), all[point..].to_owned())
    };
    let before = before.trim_start_matches('0');
    let after = after.trim_end_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    if after.is_empty() {
        format!("{sign}{before}")
    } else {
        format!("{sign}{before}.{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_exact_both_ways() {
        let gb = Locale::EnGb;
        for (share_of_one, text) in [
            (0.02, "2%"),
            (0.025, "2.5%"),
            (0.07, "7%"),
            (0.35, "35%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (0.000_001, "0.0001%"),
            (-0.02, "−2%"),
        ] {
            assert_eq!(percentage(share_of_one, gb), text);
            assert_eq!(share(text, gb), Some(share_of_one), "{text}");
        }
        assert_eq!(share("2,5 %", Locale::De), Some(0.025));
    }

    #[test]
    fn a_number_is_read_as_its_reader_writes_it() {
        let (gb, de) = (Locale::EnGb, Locale::De);
        assert_eq!(number("5,000", gb), Some(5000.0));
        assert_eq!(number("5.000", de), Some(5000.0));
        assert_eq!(number("2,5", gb), Some(2.5));
        assert_eq!(number("0.125", gb), Some(0.125));
        assert_eq!(number("1,234,567.5", gb), Some(1_234_567.5));
        assert_eq!(number("1 250", gb), Some(1250.0));
        assert_eq!(number("-3", gb), Some(-3.0));
        for wrong in ["", "x", "1,23,456", "1.2.3", "1e9", "inf", "--1"] {
            assert_eq!(number(wrong, gb), None, "{wrong}");
        }
    }

    #[test]
    fn a_document_reads_back_from_its_answers() {
        let groups = [Group::new(
            "Rules",
            vec![
                Question::new("name", "Name", Kind::Line),
                Question::new("rules.days", "Days", Kind::WholeOrAny),
                Question::new("rules.over", "Over", Kind::PercentOrAny),
                Question::new(
                    "rules.dates",
                    "Dates",
                    Kind::Order(vec![Choice::new("a", "A"), Choice::new("b", "B")]),
                ),
            ],
        )];
        let text = "name = \"N\"\n[rules]\ndays = \"any\"\nover = 0.05\ndates = [\"b\", \"a\"]\n";
        let table: toml::Table = text.parse().unwrap();
        let answers = fill(&groups, &table, Locale::De);
        assert_eq!(one(&answers, "rules.over"), "5%");
        assert_eq!(
            questions(&groups).last().unwrap().said(&answers).as_deref(),
            Some("B, else A")
        );
        let mut errors = Errors::none();
        assert_eq!(write(&groups, &answers, Locale::De, &mut errors), table);
        assert!(errors.is_empty());
    }

    #[test]
    fn a_mistake_is_told_at_its_question_or_at_the_first_of_its_section() {
        let groups = [Group::new(
            "Weights",
            vec![
                Question::new("name", "Name", Kind::Line),
                Question::new("risk.market", "Market", Kind::Percent),
            ],
        )];
        assert_eq!(
            placed(&groups, "risk.market", "too large"),
            ("risk.market".into(), "Market: too large".into())
        );
        assert_eq!(
            placed(&groups, "risk", "the weights must add up to 1"),
            ("risk.market".into(), "The weights must add up to 1".into())
        );
        assert_eq!(placed(&groups, "", "broken").0, "name");
    }
}
