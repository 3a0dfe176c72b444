//! One pair that may be one party: the two records side by side, what speaks for and against, the merge with the values that
//! survive, and taking a decision back.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    DuplicateId, MergeId, SupplierId,
    suppliers::{self, Differing, Pair, Side, Verdict},
};
use serde::Deserialize;

use super::{
    duplicates::{QUEUE, advice, likely},
    part::{Nothing, mistakes},
    words,
};
use crate::{
    App, Error, Form, Path, Result, Signed,
    charts::{Ink, bar},
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        form::Errors,
        format::{self, count},
        panel::Notice,
    },
    performance::words as figures,
};

#[derive(Template)]
#[template(path = "suppliers/pair.html")]
struct View {
    shell: Shell,
    id: DuplicateId,
    title: String,
    likely: String,
    advice: Html,
    warning: Option<Notice>,
    errors: Errors,
    left: Side,
    right: Side,
    keep_left: bool,
    /// Fields in which they differ: the one to choose.
    choices: Vec<Choose>,
    /// What is only to be compared: identifiers, sources, what was bought.
    compared: Vec<(&'static str, Html, Html)>,
    weights: Vec<Weight>,
    prior: String,
    total: String,
}

struct Choose {
    field: String,
    label: String,
    left: Html,
    right: Html,
    takes_right: bool,
}

struct Weight {
    field: &'static str,
    finding: String,
    against: Html,
    speaks_for: Html,
    bits: String,
}

#[derive(Deserialize)]
pub(super) struct OnePair {
    pair: DuplicateId,
}

/// A pair both of whose records still stand by themselves.
async fn open(app: &App, id: DuplicateId) -> Result<Pair> {
    suppliers::pair(app.keelson.db.read(), id)
        .await?
        .ok_or(Error::NotFound)
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Path(OnePair { pair }): Path<OnePair>,
) -> Result<Page> {
    let pair = open(&app, pair).await?;
    view(&app, &signed, pair, Errors::none()).await
}

async fn view(app: &App, signed: &Signed, pair: Pair, errors: Errors) -> Result<Page> {
    let locale = signed.locale();
    let currency = signed.organisation().currency.code();
    let act = signed.act(app);
    let differing = suppliers::differing(&app.keelson, &act, pair.left.id, pair.right.id).await?;
    let loudest = pair
        .evidence
        .fields
        .iter()
        .map(|field| field.bits.abs())
        .fold(1.0, f64::max);
    let bits = |bits: f64| format!("{} bits", format::signed(bits, 1, locale));
    let total = pair.evidence.prior
        + pair
            .evidence
            .fields
            .iter()
            .map(|field| field.bits)
            .sum::<f64>();
    Ok(Page::whole(&View {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Duplicates)
        },
        id: pair.id,
        title: format!("{} and {}", pair.left.name, pair.right.name),
        likely: likely(&pair, locale),
        advice: advice(&pair),
        warning: warning(&pair),
        errors,
        keep_left: pair.suggested_survivor() == pair.left.id,
        choices: differing.into_iter().map(choose).collect(),
        compared: compared(&pair.left, &pair.right, currency, locale),
        weights: pair
            .evidence
            .fields
            .iter()
            .map(|field| {
                let drawn = bar(field.bits.abs() / loudest, Ink::One, None);
                let (against, speaks_for) = if field.bits < 0.0 {
                    (drawn, Html::default())
                } else {
                    (Html::default(), drawn)
                };
                Weight {
                    field: field.field.words(),
                    finding: words::sentence(&field.finding),
                    against,
                    speaks_for,
                    bits: bits(field.bits),
                }
            })
            .collect(),
        prior: bits(pair.evidence.prior),
        total: bits(total),
        left: pair.left,
        right: pair.right,
    }))
}

fn choose(differing: Differing) -> Choose {
    let shown = |text: String| {
        if text.is_empty() {
            format::missing("not known")
        } else {
            Html::from(text)
        }
    };
    Choose {
        label: words::field(&differing.field),
        field: differing.field,
        left: shown(differing.survivor),
        right: shown(differing.absorbed),
        takes_right: differing.takes_absorbed,
    }
}

fn warning(pair: &Pair) -> Option<Notice> {
    match pair.verdict {
        Verdict::Open => {}
        Verdict::Merged => {
            return Some(Notice::new(
                Tone::Info,
                "Merged.",
                "The two are one record.",
            ));
        }
        Verdict::Distinct => {
            return Some(Notice::new(
                Tone::Info,
                "Decided.",
                "The two are kept apart and not proposed again.",
            ));
        }
    }
    if let Some(why) = &pair.evidence.contradiction {
        let text = format!(
            "They have {why}, so they cannot be merged. Correct the identifier first if it is wrong."
        );
        return Some(Notice::new(Tone::Bad, "Two companies?", text));
    }
    pair.in_chain.then(|| {
        Notice::new(
            Tone::Warn,
            "Part of a chain.",
            "It does not hold in every link: look at this pair by itself.",
        )
    })
}

fn compared(
    left: &Side,
    right: &Side,
    currency: &str,
    locale: Locale,
) -> Vec<(&'static str, Html, Html)> {
    let both =
        |label: &'static str, value: &dyn Fn(&Side) -> Html| (label, value(left), value(right));
    vec![
        both("Status", &|side| words::status(side.status)),
        both("Country", &|side| words::country(side.country)),
        both("Identifiers", &|side| {
            let all: Vec<String> = side
                .identifiers
                .iter()
                .map(|one| format!("{} {}", one.scheme.words(), one.shown()))
                .collect();
            format::or_missing((!all.is_empty()).then(|| all.join(", ")), "not known")
        }),
        both("Named by", &|side| {
            format::or_missing(
                (!side.sources.is_empty()).then(|| side.sources.join(", ")),
                "no source",
            )
        }),
        both("Order lines", &|side| {
            format::or_missing(
                side.order_lines.map(|lines| count(lines, locale)),
                "no orders",
            )
        }),
        both("Spend, 12 months", &|side| {
            figures::money(side.spend_minor, currency, locale)
        }),
    ]
}

/// Which record is kept, and for each field in which they differ whose value survives: "left" or "right".
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    keep: Option<SupplierId>,
    name: Option<String>,
    legal_name: Option<String>,
    country: Option<String>,
    region: Option<String>,
    city: Option<String>,
    postcode: Option<String>,
    address: Option<String>,
    website: Option<String>,
    phone: Option<String>,
    currency: Option<String>,
    partner_since: Option<String>,
}

impl Chosen {
    /// By field, whether the right record's value survives.
    fn sides(&self) -> BTreeMap<String, bool> {
        let fields = [
            ("name", &self.name),
            ("legal_name", &self.legal_name),
            ("country", &self.country),
            ("region", &self.region),
            ("city", &self.city),
            ("postcode", &self.postcode),
            ("address", &self.address),
            ("website", &self.website),
            ("phone", &self.phone),
            ("currency", &self.currency),
            ("partner_since", &self.partner_since),
        ];
        fields
            .into_iter()
            .filter_map(|(field, side)| match side.as_deref() {
                Some("left") => Some((field.to_owned(), false)),
                Some("right") => Some((field.to_owned(), true)),
                _ => None,
            })
            .collect()
    }
}

/// Merges the two records of a pair into the one that is kept.
pub(super) async fn merge(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(OnePair { pair }): Path<OnePair>,
    Form(answers): Form<Chosen>,
) -> Result<Response> {
    let found = open(&app, pair).await?;
    let keep_left = match answers.keep {
        Some(id) if id == found.left.id => true,
        Some(id) if id == found.right.id => false,
        _ => {
            let errors = Errors::none().with("keep", "Choose which of the two records is kept.");
            let page = view(&app, &signed, found, errors).await?;
            return Ok(page.unprocessable().into_response());
        }
    };
    let (kept, absorbed) = if keep_left {
        (&found.left, &found.right)
    } else {
        (&found.right, &found.left)
    };
    // The form speaks of left and right, the merge of the record that stays and the one that goes.
    let choices = answers
        .sides()
        .into_iter()
        .map(|(field, takes_right)| (field, takes_right == keep_left))
        .collect();
    let act = signed.act(&app);
    let merged =
        suppliers::merge_choosing(&app.keelson, &act, kept.id, absorbed.id, &choices).await;
    let merge = match mistakes(merged)? {
        Ok(merge) => merge,
        Err(errors) => {
            let page = view(&app, &signed, found, errors).await?;
            return Ok(page.unprocessable().into_response());
        }
    };
    let said = Flash::ok(format!(
        "{} is merged into {}.",
        absorbed.number, kept.number
    ))
    .with_undo(format!("/merges/{merge}/undo"));
    Ok(signed.done(&app, &hx, QUEUE, said))
}

pub(super) async fn distinct(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(OnePair { pair }): Path<OnePair>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::not_a_duplicate(&app.keelson, &signed.act(&app), pair).await?;
    let said = Flash::ok("The two are kept apart and not proposed again.")
        .with_undo(format!("/duplicates/{pair}/reconsideration"));
    Ok(signed.done(&app, &hx, QUEUE, said))
}

pub(super) async fn reconsider(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(OnePair { pair }): Path<OnePair>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::reconsider(&app.keelson, &signed.act(&app), pair).await?;
    let said = Flash::ok("The pair waits for a decision again.");
    Ok(signed.done(&app, &hx, QUEUE, said))
}

#[derive(Deserialize)]
pub(super) struct OneMerge {
    merge: MergeId,
}

pub(super) async fn undo(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(OneMerge { merge }): Path<OneMerge>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::unmerge(&app.keelson, &signed.act(&app), merge).await?;
    let said = Flash::ok("The merge is undone; both records stand by themselves again.");
    Ok(signed.done(&app, &hx, QUEUE, said))
}

#[cfg(test)]
mod tests {
    use keelson_domain::suppliers::Draft;

    use super::*;

    #[test]
    fn every_field_of_a_supplier_can_be_chosen() {
        let draft = serde_json::to_value(Draft::default()).unwrap();
        for field in draft.as_object().unwrap().keys() {
            let fields = serde_json::json!({ field.as_str(): "right" });
            let chosen: Chosen = serde_json::from_value(fields).unwrap();
            assert_eq!(chosen.sides().get(field), Some(&true), "{field}");
        }
    }
}
