//! Overriding a tier: asking for it with a reason and an end, deciding about what somebody else asked for, the history.

use askama::{Template, filters::HtmlSafe};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use keelson_domain::{
    self as domain, Keelson, OverrideId, PersonId, SupplierId,
    access::{Permission, Scope},
    segmentation::{
        overrides::{self, NewOverride, Stage, TierOverride},
        placed,
    },
};
use keelson_methods::segmentation::{Override, OverrideReason, OverrideState, Tier};
use serde::Deserialize;

use super::{reason, reason_words};
use crate::{
    Allowed, App, Error, Form, Record, Result, Signed,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        form::{Choice, Errors, Field, SaveBar},
        format,
        list::Blank,
        marks::{self, badge},
    },
    performance::{Measured, words},
};

/// Overrides that are over, in the list of all.
const CLOSED: u64 = 50;

/// An override that a path names below its supplier.
pub(super) struct OfSupplier(TierOverride);

impl Record for OfSupplier {
    type Path = OverridePath;

    /// The supplier's page leads to its own overrides only.
    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        if scope != Scope::Organisation {
            return Ok(None);
        }
        match overrides::find(keelson.db.read(), path.over).await {
            Ok(over) => Ok((over.supplier == path.id).then_some(Self(over))),
            Err(domain::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OverridePath {
    id: SupplierId,
    over: OverrideId,
}

/// Overrides, each with where it stands and what may be decided about it.
#[derive(Template)]
#[template(path = "segmentation/override_rows.html")]
pub(super) struct OverrideRows {
    rows: Vec<Row>,
}

impl HtmlSafe for OverrideRows {}

struct Row {
    /// Named where the list holds those of many suppliers.
    supplier: Option<(String, String)>,
    computed: Html,
    tier: Html,
    stage: Html,
    reason: String,
    facts: Vec<String>,
    approve: Option<String>,
    /// Address and words: declining, taking back, ending.
    withdraw: Option<(String, &'static str)>,
    own: bool,
}

impl OverrideRows {
    pub(super) fn of(
        overrides: &[TierOverride],
        signed: &Signed,
        today: NaiveDate,
        naming: bool,
    ) -> Self {
        let reader = RowReader {
            me: signed.person().id,
            may: signed.may(Permission::OverrideTiers),
            today,
            locale: signed.locale(),
            naming,
        };
        Self {
            rows: overrides.iter().map(|over| reader.row(over)).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

struct RowReader {
    me: PersonId,
    may: bool,
    today: NaiveDate,
    locale: Locale,
    naming: bool,
}

impl RowReader {
    fn row(&self, over: &TierOverride) -> Row {
        let stage = over.stage(self.today);
        let is_requested = stage == Stage::Requested;
        let is_own = over.requester == self.me;
        let is_open = matches!(
            stage,
            Stage::Requested
                | Stage::Approved(
                    OverrideState::Pending | OverrideState::Active | OverrideState::EndsSoon
                )
        );
        let address = format!("/suppliers/{}/tier-overrides/{}", over.supplier, over.id);
        let word = match (is_requested, is_own) {
            (true, true) => "Take back",
            (true, false) => "Decline",
            (false, _) => "End now",
        };
        Row {
            supplier: self.naming.then(|| {
                (
                    over.supplier_name.clone(),
                    format!("/suppliers/{}/why", over.supplier),
                )
            }),
            computed: words::tier(Some(over.computed)),
            tier: words::tier(Some(over.tier)),
            stage: self.stage(over, stage),
            reason: reason(over),
            facts: self.facts(over),
            approve: (self.may && is_requested && !is_own && over.ends_on > self.today)
                .then(|| format!("{address}/approval")),
            withdraw: (self.may && is_open).then(|| (format!("{address}/withdrawal"), word)),
            own: self.may && is_requested && is_own,
        }
    }

    fn stage(&self, over: &TierOverride, stage: Stage) -> Html {
        match stage {
            Stage::Requested if over.ends_on <= self.today => badge("Never approved", Tone::Plain),
            Stage::Requested => badge("Waits for approval", Tone::Warn),
            Stage::Approved(OverrideState::Pending) => badge("Approved, not begun", Tone::Info),
            Stage::Approved(OverrideState::Active) => badge("In force", Tone::Ok),
            Stage::Approved(OverrideState::EndsSoon) => badge("In force, ends soon", Tone::Warn),
            Stage::Approved(OverrideState::Expired) => badge("Ended", Tone::Plain),
            Stage::Withdrawn if over.approved_at.is_some() => badge("Ended early", Tone::Plain),
            Stage::Withdrawn => badge("Not approved", Tone::Plain),
        }
    }

    fn facts(&self, over: &TierOverride) -> Vec<String> {
        let date = |day| format::date(day, self.locale);
        let mut facts = vec![
            format!("From {} to {}", date(over.starts_on), date(over.ends_on)),
            format!(
                "Asked for by {} on {}",
                over.requester_name,
                date(over.requested_at.date_naive())
            ),
        ];
        if let Some((approver, at)) = over.approver_name.as_ref().zip(over.approved_at) {
            facts.push(format!(
                "Approved by {approver} on {}",
                date(at.date_naive())
            ));
        }
        if let Some(at) = over.withdrawn_at {
            let what = if over.approved_at.is_some() {
                "Ended"
            } else {
                "Declined or taken back"
            };
            facts.push(format!("{what} on {}", date(at.date_naive())));
        }
        facts
    }
}

#[derive(Template)]
#[template(path = "segmentation/overrides.html")]
struct All {
    shell: Shell,
    waiting: OverrideRows,
    counting: OverrideRows,
    closed: OverrideRows,
    blank: Blank,
}

/// Every override: those that wait, those that count, those that are over.
pub(super) async fn list(State(app): State<App>, signed: Signed) -> Result<Page> {
    let today = app.now().date_naive();
    let db = app.keelson.db.read();
    let open = overrides::open(db, today).await?;
    let closed = overrides::closed(db, today, CLOSED).await?;
    let (waiting, counting): (Vec<TierOverride>, Vec<TierOverride>) = open
        .into_iter()
        .partition(|over| over.stage(today) == Stage::Requested);
    let rows = |of: &[TierOverride]| OverrideRows::of(of, &signed, today, true);
    Ok(Page::whole(&All {
        waiting: rows(&waiting),
        counting: rows(&counting),
        closed: rows(&closed),
        blank: Blank::new(
            "grid-2x2",
            "No tier is overridden",
            "Where a computed tier is wrong for a reason the figures cannot know, somebody asks for an override from the supplier's reasons, and somebody else approves it.",
        )
        .action("Open segmentation", "/segmentation"),
        shell: signed.shell(NavItem::Segmentation),
    }))
}

#[derive(Default, Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    tier: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    starts_on: String,
    #[serde(default)]
    ends_on: String,
}

#[derive(Template)]
#[template(path = "segmentation/override.html")]
struct Ask {
    shell: Shell,
    supplier: String,
    why: String,
    action: String,
    computed: Option<Tier>,
    errors: Errors,
    answers: Answers,
    blank: Blank,
}

impl Ask {
    fn fields(&self) -> Vec<Field> {
        let tiers = Tier::ALL
            .iter()
            .filter(|tier| **tier != Tier::Unclassified && Some(**tier) != self.computed)
            .map(|tier| Choice::new(tier.code(), tier.label()).hint(tier.posture()))
            .collect();
        let reasons = OverrideReason::ALL
            .iter()
            .map(|reason| Choice::new(reason.code(), reason_words(*reason)))
            .collect();
        [
            Field::radios("tier", "Tier instead", tiers).value(&self.answers.tier),
            Field::radios("reason", "Reason", reasons).value(&self.answers.reason),
            Field::text_area("note", "Why, in words", 3)
                .value(&self.answers.note)
                .hint("What the figures cannot know. Needed for another reason.")
                .optional(),
            Field::date("starts_on", "Counts from").value(&self.answers.starts_on),
            Field::date("ends_on", "Ends on")
                .value(&self.answers.ends_on)
                .hint("The computed tier returns on this day; at most 24 months later"),
        ]
        .into_iter()
        .map(|field| field.error(&self.errors))
        .collect()
    }
}

/// The form that asks for an override.
pub(super) async fn ask(
    State(app): State<App>,
    signed: Signed,
    Allowed(Measured(supplier)): Allowed<Measured>,
) -> Result<Page> {
    let today = app.now().date_naive();
    let answers = Answers {
        starts_on: today.to_string(),
        ends_on: Override::<Tier, PersonId>::usual_end(today).to_string(),
        ..Answers::default()
    };
    let computed = computed(&app, supplier.id).await?;
    Ok(Page::whole(&page(
        &signed,
        supplier.id,
        supplier.name,
        computed,
        answers,
        Errors::none(),
    )))
}

pub(super) async fn request(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(Measured(supplier)): Allowed<Measured>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let mut errors = Errors::none();
    let tier = Tier::parse(&answers.tier).ok();
    if tier.is_none() {
        errors.add("tier", "Choose the tier the supplier belongs in");
    }
    let reason = OverrideReason::parse(&answers.reason).ok();
    if reason.is_none() {
        errors.add("reason", "Choose the reason");
    }
    let starts_on = crate::portal::typed_date(&answers.starts_on);
    if starts_on.is_none() {
        errors.add("starts_on", "Enter the first day, for example 31 Jan 2027");
    }
    let ends_on = crate::portal::typed_date(&answers.ends_on);
    if ends_on.is_none() {
        errors.add("ends_on", "Enter the last day, for example 31 Jan 2027");
    }
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if !answers.note.chars().all(is_plain) || answers.note.chars().count() > 2_000 {
        errors.add("note", "Write at most 2,000 characters of plain text");
    }
    if let (Some(tier), Some(reason), Some(starts_on), Some(ends_on), true) =
        (tier, reason, starts_on, ends_on, errors.is_empty())
    {
        let new = NewOverride {
            supplier: supplier.id,
            tier,
            reason,
            note: answers.note.clone(),
            starts_on,
            ends_on,
        };
        match overrides::request(&app.keelson, &signed.act(&app), &new).await {
            Ok(_) => {
                let said = Flash::ok(format!(
                    "{} is asked for. It counts once somebody else approves it.",
                    tier.label()
                ));
                return Ok(signed.done(&app, &hx, &why_of(supplier.id), said));
            }
            Err(domain::Error::Invalid(fields)) => {
                for field in fields {
                    errors.add(&field.name, sentence(&field.message));
                }
            }
            Err(domain::Error::Conflict(why)) => errors.add("tier", why),
            Err(error) => return Err(error.into()),
        }
    }
    let computed = computed(&app, supplier.id).await?;
    let view = page(
        &signed,
        supplier.id,
        supplier.name,
        computed,
        answers,
        errors,
    );
    Ok(Page::whole(&view).unprocessable().into_response())
}

/// A form that asks nothing.
#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn approve(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(OfSupplier(over)): Allowed<OfSupplier>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let done = overrides::approve(&app.keelson, &signed.act(&app), over.id).await;
    let said = format!(
        "{} is {} until {}.",
        over.supplier_name,
        over.tier.label(),
        format::date(over.ends_on, signed.locale())
    );
    decided(&app, &signed, &hx, over.supplier, done, said)
}

pub(super) async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(OfSupplier(over)): Allowed<OfSupplier>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let done = overrides::withdraw(&app.keelson, &signed.act(&app), over.id).await;
    let said = format!(
        "The override is over. The computed tier of {} counts.",
        over.supplier_name
    );
    decided(&app, &signed, &hx, over.supplier, done, said)
}

fn decided(
    app: &App,
    signed: &Signed,
    hx: &Hx,
    supplier: SupplierId,
    done: domain::Result<()>,
    said: String,
) -> Result<Response> {
    let said = match done {
        Ok(()) => Flash::ok(said),
        Err(domain::Error::Conflict(why) | domain::Error::Forbidden(why)) => Flash::bad(why),
        Err(error) => return Err(Error::from(error)),
    };
    Ok(signed.done(app, hx, &why_of(supplier), said))
}

fn why_of(supplier: SupplierId) -> String {
    format!("/suppliers/{supplier}/why#overrides")
}

async fn computed(app: &App, supplier: SupplierId) -> Result<Option<Tier>> {
    let today = app.now().date_naive();
    let placed = placed(app.keelson.db.read(), &[supplier.0], today).await?;
    Ok(placed.get(&supplier.0).map(|placed| placed.computed))
}

fn page(
    signed: &Signed,
    supplier: SupplierId,
    name: String,
    computed: Option<Tier>,
    answers: Answers,
    errors: Errors,
) -> Ask {
    Ask {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Segmentation)
        },
        supplier: name,
        why: format!("/suppliers/{supplier}/why"),
        action: format!("/suppliers/{supplier}/tier-override"),
        computed,
        errors,
        answers,
        blank: Blank::new(
            "grid-2x2",
            "There is no computed tier to override",
            "Tiers are set for a quarter at a time. Once this supplier is placed, its tier can be overridden.",
        )
        .action("Open segmentation", "/segmentation"),
    }
}

fn sentence(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
