//! What a path's parameters may be replaced with: the one place to extend when a route with a parameter is added.

use std::io::Write as _;

use keelson_domain::{
    Act, Clock as _, ImportId, PersonId, SessionId, SupplierId, Via,
    access::{Role, session},
    ingest,
    suppliers::{Details, Name, NewSupplier, create},
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
}

/// A route family: its path as declared, and three addresses for it: one's own, somebody else's, and one that never was.
/// Longer paths go before shorter ones. **A new family is one line here.**
type Family = (&'static str, fn(&World) -> [String; 3]);

const NEVER: i64 = 4_000_000_000;
const DEAD_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    ("/imports/{id}", |w| ids("/imports", w.import.0, w.second_import.0)),
    ("/settings/people/{id}", |w| ids("/settings/people", w.colleague.0, w.second_colleague.0)),
    ("/account/sessions/{session}", |w| ids("/account/sessions", w.own_session.0, w.foreign_session.0)),
    ("/suppliers/{id}/documents/{document}", |w| below("/suppliers", "documents", w)),
    ("/suppliers/{id}/notes/{note}", |w| below("/suppliers", "notes", w)),
    ("/suppliers/{id}", |w| ids("/suppliers", w.own.0, w.other.0)),
    ("/duplicates/{pair}", |_| ids("/duplicates", NEVER, NEVER)),
    ("/merges/{merge}", |_| ids("/merges", NEVER, NEVER)),
    ("/sign-in/link/{token}", |_| token("/sign-in/link")),
    ("/reset/{token}", |_| token("/reset")),
    ("/invitation/{token}", |_| token("/invitation")),
    ("/set-up/{token}", |_| token("/set-up")),
];

/// Families whose records belong to one person: nobody else of the same house may touch them either.
pub(crate) const PERSONAL: &[&str] = &["/account/sessions/{session}"];

fn ids(before: &str, own: i64, other: i64) -> [String; 3] {
    [own, other, NEVER].map(|id| format!("{before}/{id}"))
}

/// A record below another that never was: what is there is each test's own.
fn below(before: &str, folder: &str, world: &World) -> [String; 3] {
    [world.own.0, world.other.0, NEVER].map(|id| format!("{before}/{id}/{folder}/{NEVER}"))
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

    /// A fresh person of this kind with a fresh session, and the records to try with.
    pub(crate) async fn come(self, app: &TestApp) -> (Visitor<'_>, World) {
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
        let world = World {
            own,
            other,
            colleague,
            second_colleague,
            import: import_by(app, colleague).await,
            second_import: import_by(app, second_colleague).await,
            own_session: session_of(app, visitor.person.unwrap_or(colleague)).await,
            foreign_session: session_of(app, second_colleague).await,
        };
        (visitor, world)
    }
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
