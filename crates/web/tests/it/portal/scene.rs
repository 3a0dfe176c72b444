//! Two suppliers side by side: the reader's own, and another whose every text is a canary, as is everything internal.

use bytes::Bytes;
use chrono::{Datelike as _, Days, NaiveDate};
use keelson_analytics::Kind;
use keelson_domain::{
    DocumentId, ImportId, ScorecardId, SourceId, SupplierId,
    access::Role,
    day_of,
    operations::{Bulk, Cell, Fact, Known, project},
    performance::{self, scorecard},
    segmentation,
    suppliers::{
        self, ContactDraft, Details, DocumentKind, Draft, Name, NewSupplier, Parent, RatingsDraft,
        Upload,
    },
};
use keelson_methods::{money::Currency, period::Period};
use keelson_testkit::{TestApp, TestDb};

/// Stands in every text that must not reach a page of the portal.
pub(super) const CANARY: &str = "CANARY";

pub(super) const IBAN: &str = "DE89370400440532013000";

/// The lines of the reader's own supplier in each month, and how many of them are late.
pub(super) const A_MONTH: u32 = 24;
pub(super) const LATE: u32 = 2;

pub(super) struct Scene {
    pub(super) own: SupplierId,
    pub(super) other: SupplierId,
    /// A document shared with the own supplier, one that is not, and one shared with the other.
    pub(super) shared: DocumentId,
    pub(super) internal: DocumentId,
    pub(super) foreign: DocumentId,
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A supplier of which only the name is known.
pub(super) async fn supplier(t: &TestDb, name: &str) -> SupplierId {
    let new = NewSupplier::established(Details::of(Name::parse(name).unwrap()));
    suppliers::create(&t.keelson, &t.act(), &new).await.unwrap()
}

pub(super) async fn scene(t: &TestDb, app: &TestApp) -> Scene {
    let tx = t.db.begin().await.unwrap();
    performance::definition::seed(&tx, &t.act()).await.unwrap();
    performance::template::seed(&tx, &t.act()).await.unwrap();
    segmentation::policy::seed(&tx, &t.act()).await.unwrap();
    tx.commit().await.unwrap();

    let own = supplier(t, "Norrfjord Castings AB").await;
    let other = supplier(t, "CANARY Forge").await;
    let owner = app.person(&[Role::CategoryManager], None).await;
    suppliers::assign_owner(&t.keelson, &t.act(), own, Some(owner))
        .await
        .unwrap();
    let parent = Parent {
        id: other,
        share_ppm: None,
    };
    suppliers::set_parent(&t.keelson, &t.act(), own, Some(parent))
        .await
        .unwrap();
    whisper(t, own).await;

    let by = t.act_by(owner);
    suppliers::write_note(
        &t.keelson,
        &by,
        own,
        "CANARY: too dear, look for another.",
        false,
    )
    .await
    .unwrap();
    suppliers::write_note(&t.keelson, &by, own, "The new furnace looks good.", true)
        .await
        .unwrap();
    suppliers::write_note(&t.keelson, &by, other, "CANARY for the other one.", true)
        .await
        .unwrap();
    for (supplier, canary) in [(own, "iban look"), (other, "other")] {
        let mut bulk = Bulk::begin(&t.db).await.unwrap();
        bulk.execute(format!(
            "INSERT INTO supplier_identifiers (supplier_id, scheme, value, outcome, note, created_at) \
             VALUES ({supplier}, 'iban', '{IBAN}', 'warning', 'CANARY {canary}', 0)"
        ))
        .await
        .unwrap();
        bulk.commit().await.unwrap();
    }
    let contact = ContactDraft {
        name: "CANARY Person".to_owned(),
        email: "canary@forge.example".to_owned(),
        ..ContactDraft::default()
    };
    suppliers::add_contact(&t.keelson, &by, other, &contact.parse().unwrap())
        .await
        .unwrap();

    let upload = async |supplier, name: &str, shared| {
        let upload = Upload {
            file_name: name,
            content: Bytes::from_static(b"%PDF-1.7 a certificate"),
            kind: DocumentKind::Certificate,
            valid_from: None,
            valid_to: Some(day("2026-04-20")),
            shared,
        };
        suppliers::upload_document(&t.keelson, &by, supplier, upload)
            .await
            .unwrap()
    };
    let shared = upload(own, "ISO 14001.pdf", true).await;
    let internal = upload(own, "CANARY audit.pdf", false).await;
    let foreign = upload(other, "CANARY ISO 9001.pdf", true).await;

    for (supplier, item) in [(own, "Housing HP-40"), (other, "CANARY part")] {
        let lines: Vec<Line> = (7..=12)
            .flat_map(|month| month_of(supplier, item, month))
            .collect();
        load(t, &lines).await;
    }
    Scene {
        own,
        other,
        shared,
        internal,
        foreign,
    }
}

/// Puts what the buying company thinks of a supplier into every field that holds such a thing.
async fn whisper(t: &TestDb, own: SupplierId) {
    let draft = RatingsDraft {
        business_impact: "5".to_owned(),
        innovation_potential: "4".to_owned(),
        innovation_evidence: "CANARY evidence".to_owned(),
        disruption_risk: "61".to_owned(),
        ..RatingsDraft::default()
    };
    let ratings = draft.parse(Currency::parse("EUR").unwrap()).unwrap();
    suppliers::rate(&t.keelson, &t.act(), own, &ratings)
        .await
        .unwrap();
    suppliers::block(&t.keelson, &t.act(), own, "CANARY reason")
        .await
        .unwrap();
    suppliers::unblock(&t.keelson, &t.act(), own).await.unwrap();
}

/// Scores everybody for a quarter and shares the scorecards of both suppliers, or nobody's.
pub(super) async fn judge(t: &TestDb, scene: &Scene, quarter: &str, share: bool) {
    let period = Period::parse(quarter).unwrap();
    let today = t.act().on();
    performance::score(&t.keelson, &t.act(), period, None, today)
        .await
        .unwrap();
    if !share {
        return;
    }
    let mut cards: Vec<ScorecardId> = Vec::new();
    for supplier in [scene.own, scene.other] {
        let history = scorecard::history(t.db.read(), supplier, period)
            .await
            .unwrap();
        cards.push(history[0].id);
    }
    scorecard::share(&t.keelson, &t.act(), &cards)
        .await
        .unwrap();
}

/// The supplier's address as the buying company has it.
pub(super) async fn address_of(t: &TestDb, supplier: SupplierId) -> Draft {
    let found = suppliers::find(t.db.read(), supplier)
        .await
        .unwrap()
        .unwrap();
    Draft::from(&found.details)
}

/// One order line of 100 pieces at 10 euro, due on a day and received completely on another.
#[derive(Debug)]
struct Line {
    supplier: SupplierId,
    key: String,
    item: &'static str,
    due: NaiveDate,
    received: NaiveDate,
}

fn month_of(supplier: SupplierId, item: &'static str, month: u32) -> Vec<Line> {
    (0..A_MONTH)
        .map(|at| {
            let due = NaiveDate::from_ymd_opt(2025, month, 1 + at % 20).unwrap();
            let delay = if at >= A_MONTH - LATE { 5 } else { 0 };
            Line {
                supplier,
                key: format!("PO-{supplier}-{month:02}{at:02}"),
                item,
                due,
                received: due + Days::new(delay),
            }
        })
        .collect()
}

/// Loads order lines with their receipts and projects them, as an import does.
async fn load(t: &TestDb, lines: &[Line]) {
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let number = |number: i64| Cell::Number(Some(number));
    let on = |day: NaiveDate| Cell::Number(Some(i64::from(day_of(day))));
    let (none, no_text) = (|| Cell::Number(None), || Cell::Text(None));
    let fact = |line: &Line, on: NaiveDate, cells| Fact {
        key: line.key.clone(),
        supplier: Some(line.supplier),
        month: on.year() * 100 + on.month().cast_signed(),
        digest: format!("{line:?}"),
        row_number: 1,
        missing: None,
        cells,
    };
    let orders = lines
        .iter()
        .map(|line| {
            let mut cells = vec![text(&line.key), text("1"), text(line.item), no_text()];
            // What the buying company files a line under is its own business.
            cells.extend([
                text("CANARY category"),
                text("CANARY site"),
                number(100_000),
                text("pcs"),
            ]);
            cells.extend([
                number(10_000_000),
                number(100_000),
                text("EUR"),
                on(line.due - Days::new(30)),
            ]);
            cells.extend([
                on(line.due),
                on(line.due),
                on(line.due),
                none(),
                none(),
                no_text(),
            ]);
            fact(line, line.due, cells)
        })
        .collect();
    let receipts = lines
        .iter()
        .map(|line| {
            let cells = vec![
                text(&line.key),
                on(line.received),
                number(100_000),
                number(0),
                no_text(),
            ];
            fact(line, line.received, cells)
        })
        .collect();
    let mut bulk = Bulk::begin(&t.db).await.unwrap();
    for (kind, facts) in [(Kind::OrderLines, orders), (Kind::Receipts, receipts)] {
        bulk.load(kind, SourceId(1), ImportId(1), facts, Known::default())
            .await
            .unwrap();
    }
    bulk.commit().await.unwrap();
    project(&t.keelson, t.act().at).await.unwrap();
}
