//! Legal forms: recognised at the end of a name, or at its start where its country writes them there.

mod table;

use super::name::words_of;
use crate::code::coded;
use std::collections::HashMap;
use std::sync::LazyLock;

coded! {
    /// What kind of body a legal form is: forms of one kind are translations of each other in countries with several
    /// languages.
    pub enum FormKind {
        /// A private company with limited liability.
        Private = "private",
        /// A company whose shares may be public.
        Public = "public",
        /// A company of either kind; the name does not tell.
        Company = "company",
        /// A partnership.
        Partnership = "partnership",
        /// A sole trader.
        SoleTrader = "sole_trader",
        /// A cooperative.
        Cooperative = "cooperative",
        /// An association, a foundation, a public body.
        NonProfit = "non_profit",
    }
}

/// A legal form.
#[derive(Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// The form as people write it; unique in the table.
    pub label: &'static str,
    /// What kind of body it is.
    pub kind: FormKind,
    /// The countries it exists in (ISO 3166-1 alpha-2), separated by spaces; empty for many.
    pub countries: &'static str,
    /// How it is written, separated by `|`, in the form of a normal name.
    spellings: &'static str,
    /// Where in a name it stands, and when to believe it.
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the end.
    End,
    /// At the end or at the start.
    Both,
    /// At the end; at the start only for a supplier of its country, because the letters start other names too.
    StartInCountry,
    /// At the end, only for a supplier of its country, because the letters end other names too.
    EndInCountry,
}

/// A name split into words and legal form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitName<'a> {
    /// The words without the legal form, never empty for a name that has words.
    pub words: &'a [String],
    /// The legal form; the outermost one where several stand in a row.
    pub form: Option<&'static LegalForm>,
}

coded! {
    /// What two legal forms say about two names.
    pub enum FormAgreement {
        /// The same form, or its translation in a country with several languages.
        Same = "same",
        /// Two known forms that are not the same: evidence against a match.
        Conflict = "conflict",
        /// At least one is not known.
        Unknown = "unknown",
    }
}

/// Countries in which one company writes its form in several languages.
const MULTILINGUAL: [&str; 5] = ["BE", "CA", "CH", "FI", "LU"];

impl LegalForm {
    /// Whether the form exists in a country.
    pub fn is_of(&self, country: &str) -> bool {
        self.countries.split(' ').any(|known| known == country)
    }
}

/// Compares two legal forms. "Alpha GmbH" and "Alpha AG" are different companies; "Alpha Oy" and "Alpha Ab" are one.
/// Source: handbook 11.2.
pub fn agreement(
    left: Option<&LegalForm>,
    right: Option<&LegalForm>,
    country: Option<&str>,
) -> FormAgreement {
    let (Some(left), Some(right)) = (left, right) else {
        return FormAgreement::Unknown;
    };
    let translated = country.is_some_and(|country| {
        MULTILINGUAL.contains(&country)
            && left.is_of(country)
            && right.is_of(country)
            && left.kind == right.kind
    });
    if left.label == right.label || translated {
        FormAgreement::Same
    } else {
        FormAgreement::Conflict
    }
}

/// Splits the legal form off the words of a normal name: the longest first, the one of `country` where two countries
/// write different forms alike, and again while a further form stands there ("Alpha AG & Co. KG Ltd" keeps "alpha").
/// A name that is nothing but legal forms keeps its last word group. Source: handbook 11.2, table after ISO 20275.
pub fn split_legal_form<'a>(words: &'a [String], country: Option<&str>) -> SplitName<'a> {
    let index = &*INDEX;
    let mut rest = words;
    let mut form = None;
    loop {
        let end = rest
            .last()
            .and_then(|last| index.by_last.get(last.as_str()));
        if let Some((found, length)) =
            end.and_then(|candidates| longest(candidates, rest, country, false))
        {
            rest = &rest[..rest.len() - length];
            while rest.last().is_some_and(|last| last == "and") && rest.len() > 1 {
                rest = &rest[..rest.len() - 1];
            }
            form = form.or(Some(found));
            continue;
        }
        let start = rest
            .first()
            .and_then(|first| index.by_first.get(first.as_str()));
        if let Some((found, length)) =
            start.and_then(|candidates| longest(candidates, rest, country, true))
        {
            rest = &rest[length..];
            form = form.or(Some(found));
            continue;
        }
        return SplitName { words: rest, form };
    }
}

/// One way to write one form.
struct Spelling {
    words: Vec<String>,
    form: &'static LegalForm,
}

/// Spellings by their last and by their first word, the longest first.
struct Index {
    by_last: HashMap<String, Vec<Spelling>>,
    by_first: HashMap<String, Vec<Spelling>>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index {
        by_last: HashMap::new(),
        by_first: HashMap::new(),
    };
    for form in table::FORMS {
        for text in form.spellings.split('|') {
            let words = words_of(text);
            let (Some(first), Some(last)) = (words.first().cloned(), words.last().cloned()) else {
                continue;
            };
            index.by_last.entry(last).or_default().push(Spelling {
                words: words.clone(),
                form,
            });
            if matches!(form.place, Place::Both | Place::StartInCountry) {
                index
                    .by_first
                    .entry(first)
                    .or_default()
                    .push(Spelling { words, form });
            }
        }
    }
    for spellings in index
        .by_last
        .values_mut()
        .chain(index.by_first.values_mut())
    {
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.words.len()));
    }
    index
});

/// The longest spelling that stands at the end (or start) and leaves a word; among equals the one of the country.
fn longest(
    candidates: &[Spelling],
    words: &[String],
    country: Option<&str>,
    at_start: bool,
) -> Option<(&'static LegalForm, usize)> {
    let in_country = |form: &LegalForm| country.is_some_and(|country| form.is_of(country));
    let stands = |spelling: &&Spelling| {
        let believed = match (spelling.form.place, at_start) {
            (Place::EndInCountry, false) | (Place::StartInCountry, true) => {
                in_country(spelling.form)
            }
            (Place::EndInCountry | Place::End, true) => false,
            _ => true,
        };
        let there = if at_start {
            words.starts_with(&spelling.words)
        } else {
            words.ends_with(&spelling.words)
        };
        believed && there && spelling.words.len() < words.len()
    };
    let length = candidates.iter().find(stands)?.words.len();
    let equals = || {
        candidates
            .iter()
            .filter(stands)
            .filter(|spelling| spelling.words.len() == length)
    };
    let form = equals()
        .find(|spelling| in_country(spelling.form))
        .or_else(|| equals().next())?
        .form;
    Some((form, length))
}

#[cfg(test)]
mod tests;
