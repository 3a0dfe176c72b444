//! What a path's parameters may be replaced with: the one place to extend when a route with a parameter is added.

use std::io::Write as _;

use keelson_domain::{
    Act, Clock as _, ImportId, PersonId, SessionId, SupplierId, Via,
    access::{Role, session},
    day_of, ingest,
    operations::Bulk,
    performance::scorecard::{Breakdown, Context, TemplateRef},
    suppliers::{
        self, BulkChange, ContactDraft, Details, DocumentKind, Draft, Name, NewIdentifier,
        NewSupplier, NewView, Scheme, SiteDraft, Upload, create,
    },
};
use keelson_methods::{
    scoring::{CardContext, Incidents, ScorecardTemplate, score_card},
    segmentation::Tier,
};
use keelson_testkit::{TestApp, Visitor};

/// The records that routes are tried with, seen from one visitor.
pub(crate) struct World {
    /// The suppliers of the portal's people: the visitor's own, and another.
    pub(crate) own: SupplierId,
    pub(crate) other: SupplierId,
    pub(crate) colleague: PersonId,
    pub(crate) second_colleague: PersonId,
    pub(crate) import: ImportId,
    pub(crate) second_import: ImportId,
    /// A second session of the visitor, and one of somebody else.
    pub(crate) own_session: SessionId,
    pub(crate) foreign_session: SessionId,
    /// The record the path names beyond these, made only for the paths that name one: one's own, and somebody else's.
    extra: [i64; 2],
}

/// A route family: its path as declared, and three addresses for it: one's own, somebody else's, and one that never was.
/// Longer paths go before shorter ones. **A new family is one line here.**
type Family = (&'static str, fn(&World) -> [String; 3]);

const NEVER: i64 = 4_000_000_000;
/// Where ids begin that no series gives out during a test.
const FAR: i64 = 1_000_000_000;
const DEAD_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    ("/imports/{id}", |w| ids("/imports", w.import.0, w.second_import.0)),
    ("/settings/people/{id}", |w| ids("/settings/people", w.colleague.0, w.second_colleague.0)),
    ("/account/sessions/{session}", |w| ids("/account/sessions", w.own_session.0, w.foreign_session.0)),
    ("/scorecards/{id}", |w| ids("/scorecards", w.extra[0], w.extra[1])),
    ("/settings/kpis/{key}/versions/{version}", |_| versions("/settings/kpis", ["otd", "ppm"])),
    ("/settings/kpis/{key}", |_| keys("/settings/kpis", ["otd", "ppm"])),
    ("/settings/templates/{key}/versions/{version}", |_| versions("/settings/templates", ["strategic", "leverage"])),
    ("/settings/templates/{key}", |_| keys("/settings/templates", ["strategic", "leverage"])),
    ("/settings/policy/versions/{version}", |_| ids("/settings/policy/versions", 1, 1)),
    ("/suppliers/{id}/tier-overrides/{over}", |w| below("tier-overrides", w)),
    ("/suppliers/{id}/documents/{document}", |w| below("documents", w)),
    ("/suppliers/{id}/notes/{note}", |w| below("notes", w)),
    ("/suppliers/{id}/contacts/{contact}", |w| below("contacts", w)),
    ("/suppliers/{id}/sites/{site}", |w| below("sites", w)),
    ("/suppliers/{id}/identifiers/{identifier}", |w| below("identifiers", w)),
    ("/suppliers/{id}", |w| ids("/suppliers", w.own.0, w.other.0)),
    ("/duplicates/{pair}", |w| ids("/duplicates", w.extra[0], w.extra[1])),
    ("/merges/{merge}", |w| ids("/merges", w.extra[0], w.extra[1])),
    ("/views/{view}", |w| ids("/views", w.extra[0], w.extra[1])),
    ("/bulk-edits/{event}", |w| ids("/bulk-edits", w.extra[0], w.extra[1])),
    ("/portal/documents/{document}", |w| ids("/portal/documents", w.extra[0], w.extra[1])),
    ("/portal/profile/contacts/{contact}", |w| ids("/portal/profile/contacts", w.extra[0], w.extra[1])),
    ("/sign-in/link/{token}", |_| token("/sign-in/link")),
    ("/reset/{token}", |_| token("/reset")),
    ("/invitation/{token}", |_| token("/invitation")),
    ("/set-up/{token}", |_| token("/set-up")),
];

/// Families whose records belong to one person: nobody else of the same house may touch them either.
pub(crate) const PERSONAL: &[&str] = &[
    "/account/sessions/{session}",
    "/views/{view}",
    "/bulk-edits/{event}",
];

fn ids(before: &str, own: i64, other: i64) -> [String; 3] {
    [own, other, NEVER].map(|id| format!("{before}/{id}"))
}

/// Documents known by a key of their own.
fn keys(before: &str, [own, other]: [&str; 2]) -> [String; 3] {
    [own, other, "never-was"].map(|key| format!("{before}/{key}"))
}

/// Their first versions.
fn versions(before: &str, keys: [&str; 2]) -> [String; 3] {
    self::keys(before, keys).map(|address| format!("{address}/versions/1"))
}

/// A record below a supplier: the own supplier's, the other's, and one that never was.
fn below(folder: &str, world: &World) -> [String; 3] {
    let [own, other] = world.extra;
    [(world.own.0, own), (world.other.0, other), (NEVER, NEVER)]
        .map(|(supplier, id)| format!("/suppliers/{supplier}/{folder}/{id}"))
}

fn token(before: &str) -> [String; 3] {
    [DEAD_TOKEN, DEAD_TOKEN, DEAD_TOKEN].map(|token| format!("{before}/{token}"))
}

/// The family of a route with parameters.
pub(crate) fn family(path: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|(declared, _)| {
        path.strip_prefix(declared)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The addresses of a route: own, foreign, missing. Without parameters all three are the path itself.
pub(crate) fn addresses(world: &World, path: &'static str) -> [String; 3] {
    if !path.contains('{') {
        return [path, path, path].map(str::to_owned);
    }
    let (declared, fill) = family(path).unwrap_or_else(|| {
        panic!("{path} has no sample: add its family to crates/web/tests/it/world.rs")
    });
    fill(world).map(|begin| format!("{begin}{}", &path[declared.len()..]))
}

/// Who tries: nobody, or somebody with a role.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Nobody,
    Somebody(Role),
}

impl Who {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Nobody).chain(Role::ALL.iter().copied().map(Self::Somebody))
    }

    /// A fresh person of this kind with a fresh session, and the records to try the path of one route with.
    pub(crate) async fn come_to<'a>(self, app: &'a TestApp, path: &str) -> (Visitor<'a>, World) {
        let own = supplier(app, "Norrfjord Castings AB").await;
        let other = supplier(app, "Delta Hydraulik GmbH").await;
        let visitor = match self {
            Self::Nobody => app.visitor(),
            Self::Somebody(role) if role.side() == keelson_domain::access::Side::Supplier => {
                app.signed_in_for(own, role).await
            }
            Self::Somebody(role) => app.signed_in_as(role).await,
        };
        let colleague = app.person(&[Role::Buyer], None).await;
        let second_colleague = app.person(&[Role::Legal], None).await;
        let me = visitor.person.unwrap_or(colleague);
        let world = World {
            extra: extra(app, path, (own, me), (other, second_colleague)).await,
            own,
            other,
            colleague,
            second_colleague,
            import: import_by(app, colleague).await,
            second_import: import_by(app, second_colleague).await,
            own_session: session_of(app, me).await,
            foreign_session: session_of(app, second_colleague).await,
        };
        (visitor, world)
    }
}

type Whose = (SupplierId, PersonId);

/// The sample a path needs beyond the world's own records. The second is always the other supplier's or person's.
async fn extra(app: &TestApp, path: &str, own: Whose, foreign: Whose) -> [i64; 2] {
    [
        sample(app, path, own).await,
        sample(app, path, foreign).await,
    ]
}

async fn sample(app: &TestApp, path: &str, (id, person): Whose) -> i64 {
    let keelson = &app.keelson;
    let act = &Act::by_person(person, Via::Page, app.clock.now());
    let names = |family: &str| path.starts_with(family);
    if names("/suppliers/{id}/documents/{") || names("/portal/documents/{") {
        let upload = Upload {
            file_name: "certificate.txt",
            content: "ISO 9001".into(),
            kind: DocumentKind::Certificate,
            valid_from: None,
            valid_to: None,
            shared: true,
        };
        let uploaded = suppliers::upload_document(keelson, act, id, upload).await;
        return uploaded.unwrap().0;
    }
    if names("/suppliers/{id}/notes/{") {
        let note = suppliers::write_note(keelson, act, id, "Called.", false).await;
        return note.unwrap().0;
    }
    if names("/suppliers/{id}/contacts/{") || names("/portal/profile/contacts/{") {
        let draft = ContactDraft {
            name: "Marta Ekström".to_owned(),
            ..ContactDraft::default()
        };
        let contact = draft.parse().unwrap();
        let added = suppliers::add_contact(keelson, act, id, &contact).await;
        return added.unwrap().0;
    }
    if names("/suppliers/{id}/sites/{") {
        let draft = SiteDraft {
            name: "Foundry".to_owned(),
            ..SiteDraft::default()
        };
        let site = draft.parse().unwrap();
        return suppliers::add_site(keelson, act, id, &site)
            .await
            .unwrap()
            .0;
    }
    if names("/suppliers/{id}/identifiers/{") {
        let duns = NewIdentifier::parse(Scheme::Duns, "150483782", None).unwrap();
        let added = suppliers::add_identifier(keelson, act, id, &duns).await;
        return added.unwrap().0;
    }
    if names("/scorecards/{") {
        return card_of(app, id).await;
    }
    if names("/suppliers/{id}/tier-overrides/{") {
        return override_of(app, id, person).await;
    }
    if names("/duplicates/{") {
        return pair(app, id).await.0;
    }
    if names("/merges/{") {
        let twin = supplier(app, "Twin Castings AB").await;
        return suppliers::merge(keelson, act, id, twin).await.unwrap().0;
    }
    if names("/views/{") {
        let view = NewView {
            list: "suppliers",
            name: &format!("Late {id}"),
            query: "status=active",
            shared: false,
            pinned: false,
        };
        return suppliers::save_view(keelson, act, view).await.unwrap().0;
    }
    if names("/bulk-edits/{") {
        let change = BulkChange::Owner(None);
        let done = suppliers::change_many(keelson, act, &[id], &change).await;
        return done.unwrap().event.0;
    }
    NEVER
}

/// A pair of the queue: the supplier, and a record of the same telephone and town.
async fn pair(app: &TestApp, id: SupplierId) -> keelson_domain::DuplicateId {
    let keelson = &app.keelson;
    let act = &Act::by_system(Via::Job, app.clock.now());
    let db = keelson.db.read();
    let found = suppliers::find(db, id).await.unwrap().unwrap();
    let draft = Draft {
        country: "SE".to_owned(),
        city: "Uppsala".to_owned(),
        phone: format!("+46 18 {:06}", id.0),
        ..Draft::from(&found.details)
    };
    let details = draft.parse(act.on()).unwrap();
    suppliers::edit(keelson, act, id, found.version, &details)
        .await
        .unwrap();
    let twin = NewSupplier::invited(draft.parse(act.on()).unwrap());
    suppliers::create(keelson, act, &twin).await.unwrap();
    suppliers::find_duplicates(keelson, act, None)
        .await
        .unwrap();
    let pairs = suppliers::pairs_of(db, id).await.unwrap();
    pairs.first().expect("the twin is found").id
}

/// A scorecard of a supplier about which nothing is known: one that scoring would not make, because it takes no facts.
async fn card_of(app: &TestApp, supplier: SupplierId) -> i64 {
    let template = ScorecardTemplate::standard().remove(0);
    let breakdown = Breakdown {
        tier: Tier::Strategic,
        template: TemplateRef {
            id: template.id.clone(),
            version: 1,
            name: template.name.clone(),
        },
        lines: Vec::new(),
        context: Context {
            new_supplier: false,
            previous_grade: None,
            incidents: Incidents::default(),
        },
        card: score_card(&template, &[], &CardContext::default()),
    };
    let id = FAR + supplier.0;
    insert(
        app,
        format!(
            "INSERT INTO scorecards (id, supplier_id, period, version, template, template_version, coverage_ppm, provisional, \
             breakdown, digest, as_of, scored_at) \
             VALUES ({id}, {supplier}, '2025-Q4', 1, 'strategic', 1, 0, FALSE, '{}', 'digest', 20500, 0)",
            serde_json::to_string(&breakdown).unwrap()
        ),
    )
    .await;
    id
}

/// An override that somebody asked for.
async fn override_of(app: &TestApp, supplier: SupplierId, by: PersonId) -> i64 {
    let id = FAR + supplier.0;
    let today = day_of(app.clock.now().date_naive());
    insert(
        app,
        format!(
            "INSERT INTO tier_overrides (id, supplier_id, computed_tier, tier, reason, requested_by, starts_on, ends_on, \
             requested_at) VALUES ({id}, {supplier}, 'leverage', 'strategic', 'roadmap', {by}, {today}, {today} + 100, 0)"
        ),
    )
    .await;
    id
}

async fn insert(app: &TestApp, sql: String) {
    let mut bulk = Bulk::begin(&app.keelson.db).await.unwrap();
    bulk.execute(sql).await.unwrap();
    bulk.commit().await.unwrap();
}

/// A file of one supplier that somebody uploaded and nobody started.
async fn import_by(app: &TestApp, person: PersonId) -> ImportId {
    let act = Act::by_person(person, Via::Page, app.clock.now());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"name,country\nAcme Steel,DE\n").unwrap();
    let kind = ingest::Kind::Suppliers;
    let mapping = ingest::suggest(kind, file.reopen().unwrap(), "suppliers.csv").unwrap();
    ingest::receive(
        &app.keelson,
        &act,
        kind,
        "suppliers.csv",
        file.path(),
        &mapping,
    )
    .await
    .unwrap()
}

async fn supplier(app: &TestApp, name: &str) -> SupplierId {
    let act = Act::by_system(Via::Job, app.clock.now());
    let new = NewSupplier::invited(Details::of(Name::parse(name).unwrap()));
    create(&app.keelson, &act, &new).await.unwrap()
}

async fn session_of(app: &TestApp, person: PersonId) -> SessionId {
    let act = Act::by_person(person, Via::Page, app.clock.now());
    let tx = app.keelson.db.begin().await.unwrap();
    session::start(
        &tx,
        &act,
        &mut app.app.rng(),
        person,
        &session::Browser::default(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    session::of_person(app.keelson.db.read(), person, act.at)
        .await
        .unwrap()[0]
        .id
}
