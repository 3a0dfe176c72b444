//! Records that may be the same party twice: the queue, the decision about a pair, and taking a decision back.

use askama::Template;
use axum::{extract::State, response::Response};
use keelson_domain::{
    DuplicateId, MergeId, SupplierId,
    suppliers::{self, Advice, PAGE_PAIRS, Pair, Side},
};
use serde::Deserialize;

use super::words::{self, Pages};
use crate::{
    App, Error, Form, Path, Query, Result, Signed,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        format::{self, count, number, percent},
        list::{Address, Blank},
        marks::badge,
    },
    performance::words as figures,
};

/// How many decisions can be taken back from the page.
const RECENT: u64 = 10;

#[derive(Deserialize)]
pub(super) struct Asked {
    page: Option<u64>,
}

#[derive(Template)]
#[template(path = "suppliers/duplicates.html")]
struct View {
    shell: Shell,
    lead: String,
    cards: Vec<Card>,
    pages: Pages,
    blank: Blank,
    merges: Vec<Undo>,
    distinct: Vec<Undo>,
}

struct Card {
    id: DuplicateId,
    title: String,
    likely: String,
    advice: Html,
    warning: Option<String>,
    left: Side,
    right: Side,
    rows: Vec<(&'static str, Html, Html)>,
    evidence: Vec<(&'static str, String, String)>,
    keep_left: bool,
}

struct Undo {
    text: String,
    when: Html,
    href: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let currency = signed.organisation().currency.code();
    let queue = suppliers::queue(db, asked.page.unwrap_or(1)).await?;
    let merges = suppliers::recent_merges(db, RECENT).await?;
    let distinct = suppliers::recently_distinct(db, RECENT).await?;
    let view = View {
        lead: format!(
            "{}. A merge keeps one record, moves everything to it, and can be undone.",
            format::counted(
                queue.total as i64,
                "pair waits for a decision",
                "pairs wait for a decision",
                locale
            )
        ),
        pages: Pages::new(
            queue.page,
            queue.pages,
            PAGE_PAIRS,
            queue.total,
            &Address::new("/suppliers/duplicates"),
            locale,
        ),
        cards: queue
            .pairs
            .into_iter()
            .map(|pair| card(pair, currency, locale))
            .collect(),
        blank: Blank::new(
            "git-merge",
            "No duplicates wait",
            "Every import and every new supplier is checked. Pairs that may be one party appear here.",
        )
        .action("Open suppliers", "/suppliers"),
        merges: merges
            .into_iter()
            .map(|merge| Undo {
                text: format!("{}, {}, was merged", merge.absorbed_name, merge.absorbed_number),
                when: format::day(merge.merged_at.date_naive(), locale),
                href: format!("/merges/{}/undo", merge.id),
            })
            .collect(),
        distinct: distinct
            .into_iter()
            .map(|pair| Undo {
                text: format!("{} and {} are two parties", pair.left.name, pair.right.name),
                when: pair
                    .decided_at
                    .map(|at| format::day(at.date_naive(), locale))
                    .unwrap_or_default(),
                href: format!("/duplicates/{}/reconsideration", pair.id),
            })
            .collect(),
        shell: signed.shell(NavItem::Duplicates),
    };
    Ok(Page::whole(&view))
}

fn card(pair: Pair, currency: &str, locale: Locale) -> Card {
    let survivor = pair.suggested_survivor();
    let advice = match pair.evidence.advice() {
        Advice::Merge => badge("Merge proposed", Tone::Ok),
        Advice::Review => badge("Look closely", Tone::Warn),
        Advice::Distinct => badge("Probably two parties", Tone::Plain),
    };
    let warning = pair.evidence.contradiction.clone().or_else(|| {
        pair.in_chain.then(|| {
            "It is part of a chain that does not hold in every link: look at this pair by itself."
                .to_owned()
        })
    });
    Card {
        id: pair.id,
        title: format!("{} and {}", pair.left.name, pair.right.name),
        likely: percent(pair.evidence.probability, 1, locale),
        advice,
        warning,
        rows: rows(&pair.left, &pair.right, currency, locale),
        evidence: pair
            .evidence
            .fields
            .iter()
            .map(|field| {
                (
                    field.field.words(),
                    field.finding.to_string(),
                    format!("{} bits", number(field.bits, 1, locale)),
                )
            })
            .collect(),
        keep_left: survivor == pair.left.id,
        left: pair.left,
        right: pair.right,
    }
}

fn rows(
    left: &Side,
    right: &Side,
    currency: &str,
    locale: Locale,
) -> Vec<(&'static str, Html, Html)> {
    let none = "not known";
    let both =
        |label: &'static str, value: &dyn Fn(&Side) -> Html| (label, value(left), value(right));
    vec![
        both("Number", &|side| Html::from(&side.number)),
        both("Status", &|side| words::status(side.status)),
        both("Country", &|side| words::country(side.country)),
        both("City", &|side| words::text(side.city.as_ref(), none)),
        both("Postcode", &|side| {
            words::text(side.postcode.as_ref(), none)
        }),
        both("Address", &|side| words::text(side.address.as_ref(), none)),
        both("Telephone", &|side| words::text(side.phone.as_ref(), none)),
        both("Website", &|side| words::text(side.website.as_ref(), none)),
        both("Identifiers", &|side| {
            let all: Vec<String> = side
                .identifiers
                .iter()
                .map(|one| format!("{} {}", one.scheme.words(), one.shown()))
                .collect();
            format::or_missing((!all.is_empty()).then(|| all.join(", ")), none)
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

#[derive(Deserialize)]
pub(super) struct OnePair {
    pair: DuplicateId,
}

#[derive(Deserialize)]
pub(super) struct Keep {
    keep: Option<SupplierId>,
}

const QUEUE: &str = "/suppliers/duplicates";

/// Merges the two records of a pair into the one that is kept.
pub(super) async fn merge(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(OnePair { pair }): Path<OnePair>,
    Form(answers): Form<Keep>,
) -> Result<Response> {
    let found = suppliers::pair(app.keelson.db.read(), pair)
        .await?
        .ok_or(Error::NotFound)?;
    let (kept, absorbed) = match answers.keep {
        Some(id) if id == found.left.id => (&found.left, &found.right),
        Some(id) if id == found.right.id => (&found.right, &found.left),
        _ => {
            return Err(Error::Unreadable(
                "Choose which of the two records is kept.".to_owned(),
            ));
        }
    };
    let merge = suppliers::merge(&app.keelson, &signed.act(&app), kept.id, absorbed.id).await?;
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
) -> Result<Response> {
    suppliers::unmerge(&app.keelson, &signed.act(&app), merge).await?;
    let said = Flash::ok("The merge is undone; both records stand by themselves again.");
    Ok(signed.done(&app, &hx, QUEUE, said))
}
