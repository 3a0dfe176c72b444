use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use keelson_domain::{
    Error, Keelson, PersonId, SupplierId,
    access::{
        self, Email, NewOrganisation, NewPassword, NewPerson, Organisation, Passwords, Permission,
        Person, PersonName, Role, Secret, Status,
        link::{self, Purpose},
        session::{self, Browser},
        sign_in::{self, Outcome},
    },
    record,
};
use keelson_methods::money::Currency;
use keelson_testkit::{TestDb, db_test};
use sea_orm::ConnectionTrait;

const PASSWORD: &str = "four plain words here";

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn password(text: &str) -> NewPassword {
    NewPassword::parse(text, "nobody@example.com").unwrap()
}

fn somebody(address: &str, roles: &[Role], supplier: Option<i64>) -> NewPerson {
    NewPerson {
        email: email(address),
        name: PersonName::from_email(&email(address)),
        roles: roles.to_vec(),
        supplier: supplier.map(SupplierId),
    }
}

async fn found(t: &TestDb, invented: bool) {
    let tx = t.db.begin().await.unwrap();
    let new = NewOrganisation {
        name: "Aldermark".to_owned(),
        currency: Currency::parse("EUR").unwrap(),
        locale: "en-GB".to_owned(),
        invented,
    };
    access::found(&tx, &t.act(), new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn add(t: &TestDb, new: NewPerson) -> PersonId {
    let tx = t.db.begin().await.unwrap();
    let id = access::add(&tx, &t.act(), new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Somebody with a password, and the token of the session that accepting the invitation began.
async fn member(t: &TestDb, address: &str, roles: &[Role]) -> (PersonId, Secret) {
    let passwords = Passwords::default();
    let invitation = access::invite(
        &t.keelson,
        &t.act(),
        &mut chance(),
        somebody(address, roles, None),
    )
    .await
    .unwrap();
    let chosen = (PersonName::parse("Ada Smith").unwrap(), password(PASSWORD));
    let session = access::accept_invitation(
        &t.keelson,
        &passwords,
        t.clock_now(),
        &mut chance(),
        &invitation.secret,
        chosen,
        &Browser::default(),
    )
    .await
    .unwrap();
    (invitation.person, session.expect("the invitation is fresh"))
}

/// Chance that differs from one call to the next, as the server's does.
fn chance() -> rand::rngs::StdRng {
    use rand::SeedableRng;
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    rand::rngs::StdRng::seed_from_u64(DRAWN.fetch_add(1, Ordering::Relaxed))
}

trait Now {
    fn clock_now(&self) -> chrono::DateTime<chrono::Utc>;
}

impl Now for TestDb {
    fn clock_now(&self) -> chrono::DateTime<chrono::Utc> {
        keelson_domain::Clock::now(&self.clock)
    }
}

async fn is_signed_in(t: &TestDb, session: &Secret) -> bool {
    session::find(t.db.read(), session, t.clock_now())
        .await
        .unwrap()
        .is_some()
}

async fn try_password(
    keelson: &Keelson,
    passwords: &Passwords,
    at: chrono::DateTime<chrono::Utc>,
    address: &str,
    who: (&str, &str),
) -> Outcome {
    let account = email(who.0);
    let mut rng = chance();
    sign_in::with_password(
        keelson,
        passwords,
        at,
        &mut rng,
        address,
        (&account, who.1),
        &Browser::default(),
    )
    .await
    .unwrap()
}

#[db_test]
async fn an_invited_person_comes_in_once_by_the_link_and_then_by_the_password(t: TestDb) {
    found(&t, false).await;
    let invitation = access::invite(
        &t.keelson,
        &t.act(),
        &mut chance(),
        somebody("ada@example.com", &[Role::Buyer], None),
    )
    .await
    .unwrap();
    let passwords = Passwords::default();
    let accept = async || {
        let chosen = (PersonName::parse("Ada  Smith").unwrap(), password(PASSWORD));
        let browser = Browser::default();
        let (at, secret) = (t.clock_now(), &invitation.secret);
        access::accept_invitation(
            &t.keelson,
            &passwords,
            at,
            &mut chance(),
            secret,
            chosen,
            &browser,
        )
        .await
        .unwrap()
    };
    let session = accept().await.expect("the link is fresh");
    assert!(accept().await.is_none(), "the link is used");
    let (_, person) = session::find(t.db.read(), &session, t.clock_now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (person.name.as_str(), person.status, person.roles),
        ("Ada Smith", Status::Active, vec![Role::Buyer])
    );

    let at = t.clock_now();
    let right = try_password(
        &t.keelson,
        &passwords,
        at,
        "10.0.0.1",
        ("ADA@example.com", PASSWORD),
    )
    .await;
    assert!(matches!(right, Outcome::Welcome(..)), "{right:?}");
    let wrong = try_password(
        &t.keelson,
        &passwords,
        at,
        "10.0.0.1",
        ("ada@example.com", "wrong"),
    )
    .await;
    assert!(matches!(wrong, Outcome::Refused), "{wrong:?}");
}

#[db_test]
async fn of_a_hundred_who_redeem_a_link_at_once_one_comes_in(t: TestDb) {
    found(&t, false).await;
    let person = add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let at = t.clock_now();
    let asked = link::ask(
        &t.keelson,
        at,
        &mut chance(),
        &email("ada@example.com"),
        Purpose::SignIn,
    )
    .await
    .unwrap();
    let (_, secret) = asked.expect("an active person gets a link");
    let tries = (0..100).map(|_| {
        let (keelson, secret) = (t.keelson.clone(), secret.clone());
        tokio::spawn(async move {
            let mut rng = chance();
            link::sign_in(&keelson, at, &mut rng, &secret, &Browser::default())
                .await
                .unwrap()
                .is_some()
        })
    });
    let mut came = 0;
    for attempt in tries.collect::<Vec<_>>() {
        came += u32::from(attempt.await.unwrap());
    }
    assert_eq!(came, 1);
    assert_eq!(
        session::of_person(t.db.read(), person, at)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[db_test]
async fn a_link_opens_what_it_was_made_for_while_it_is_fresh(t: TestDb) {
    found(&t, false).await;
    add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let ask = async |purpose| {
        let asked = link::ask(
            &t.keelson,
            t.clock_now(),
            &mut chance(),
            &email("ada@example.com"),
            purpose,
        )
        .await;
        asked.unwrap().expect("a link").1
    };
    let reset = ask(Purpose::Reset).await;
    let browser = Browser::default();
    let misused = link::sign_in(&t.keelson, t.clock_now(), &mut chance(), &reset, &browser)
        .await
        .unwrap();
    assert!(misused.is_none(), "a reset link is no sign-in link");

    t.clock.advance(TimeDelta::minutes(61));
    assert!(
        link::peek(t.db.read(), &reset, Purpose::Reset, t.clock_now())
            .await
            .unwrap()
            .is_none(),
        "too old"
    );
    let late = Secret::draw(&mut chance());
    assert!(
        link::peek(t.db.read(), &late, Purpose::SignIn, t.clock_now())
            .await
            .unwrap()
            .is_none()
    );
}

#[db_test]
async fn nobody_gets_more_than_five_links_at_once(t: TestDb) {
    found(&t, false).await;
    add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let mut made = 0;
    for _ in 0..8 {
        let mut rng = chance();
        let ada = email("ada@example.com");
        let asked = link::ask(&t.keelson, t.clock_now(), &mut rng, &ada, Purpose::SignIn)
            .await
            .unwrap();
        made += u32::from(asked.is_some());
    }
    assert_eq!(made, 5);
    let nobody = email("nobody@example.com");
    let asked = link::ask(
        &t.keelson,
        t.clock_now(),
        &mut chance(),
        &nobody,
        Purpose::SignIn,
    )
    .await
    .unwrap();
    assert!(asked.is_none());
}

#[db_test]
async fn a_sample_companys_link_works_again_and_anybody_elses_does_not(t: TestDb) {
    found(&t, true).await;
    let person = add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let secret = link::for_demo(&t.keelson, &t.act(), &mut chance(), person)
        .await
        .unwrap();
    let come = async || {
        let browser = Browser::default();
        link::sign_in(&t.keelson, t.clock_now(), &mut chance(), &secret, &browser)
            .await
            .unwrap()
            .is_some()
    };
    assert!(come().await && come().await);
    let tx = t.db.begin().await.unwrap();
    tx.execute_unprepared("UPDATE organisation SET invented = FALSE")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        !come().await,
        "a real organisation has no links that work twice"
    );
    let tx = t.db.begin().await.unwrap();
    tx.execute_unprepared("UPDATE organisation SET invented = TRUE")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    t.clock.advance(link::DEMO_LIFE);
    assert!(!come().await, "twelve hours are over");
}

#[db_test]
async fn a_session_runs_out_when_idle_and_after_fourteen_days_in_any_case(t: TestDb) {
    found(&t, false).await;
    let (id, session) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    t.clock
        .advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert!(is_signed_in(&t, &session).await);
    t.clock.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&t, &session).await, "idle for twelve hours");

    let person = Person::find(t.db.read(), id).await.unwrap().unwrap();
    let at = t.clock_now();
    let signed = try_password(
        &t.keelson,
        &Passwords::default(),
        at,
        "10.0.0.1",
        ("ada@example.com", PASSWORD),
    )
    .await;
    let Outcome::Welcome(_, session) = signed else {
        panic!("{signed:?}")
    };
    for _ in 0..33 {
        t.clock.advance(TimeDelta::hours(10));
        let (found, _) = session::find(t.db.read(), &session, t.clock_now())
            .await
            .unwrap()
            .expect("in use, so not idle");
        session::seen(&t.keelson, &found, person.id, t.clock_now())
            .await
            .unwrap();
    }
    t.clock.advance(TimeDelta::hours(6));
    assert!(
        !is_signed_in(&t, &session).await,
        "fourteen days after sign-in"
    );
}

#[db_test]
async fn signing_in_ends_the_session_the_browser_held(t: TestDb) {
    found(&t, false).await;
    let (_, planted) = member(&t, "mallory@example.com", &[Role::Buyer]).await;
    add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let asked = link::ask(
        &t.keelson,
        t.clock_now(),
        &mut chance(),
        &email("ada@example.com"),
        Purpose::SignIn,
    )
    .await;
    let (_, secret) = asked.unwrap().unwrap();
    let browser = Browser {
        session: Some(planted.clone()),
        user_agent: None,
    };
    let mut rng = chance();
    let (_, own) = link::sign_in(&t.keelson, t.clock_now(), &mut rng, &secret, &browser)
        .await
        .unwrap()
        .unwrap();
    assert_ne!(own, planted);
    assert!(!is_signed_in(&t, &planted).await && is_signed_in(&t, &own).await);
}

#[db_test]
async fn a_disabled_person_is_out_at_once_and_stays_out(t: TestDb) {
    found(&t, false).await;
    member(&t, "boss@example.com", &[Role::Administrator]).await;
    let (id, session) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    let ada = email("ada@example.com");
    let (_, secret) = link::ask(
        &t.keelson,
        t.clock_now(),
        &mut chance(),
        &ada,
        Purpose::SignIn,
    )
    .await
    .unwrap()
    .unwrap();
    access::disable(&t.keelson, &t.act(), id).await.unwrap();
    assert!(!is_signed_in(&t, &session).await);
    let passwords = Passwords::default();
    let at = t.clock_now();
    let outcome = try_password(
        &t.keelson,
        &passwords,
        at,
        "10.0.0.1",
        ("ada@example.com", PASSWORD),
    )
    .await;
    assert!(matches!(outcome, Outcome::Refused), "{outcome:?}");
    assert!(
        link::ask(&t.keelson, at, &mut chance(), &ada, Purpose::SignIn)
            .await
            .unwrap()
            .is_none()
    );

    access::enable(&t.keelson, &t.act(), id).await.unwrap();
    assert!(
        !is_signed_in(&t, &session).await,
        "what was ended stays ended"
    );
    let revived = link::sign_in(&t.keelson, at, &mut chance(), &secret, &Browser::default())
        .await
        .unwrap();
    assert!(revived.is_none(), "links of before stay void");
    let outcome = try_password(
        &t.keelson,
        &passwords,
        at,
        "10.0.0.1",
        ("ada@example.com", PASSWORD),
    )
    .await;
    assert!(matches!(outcome, Outcome::Welcome(..)), "{outcome:?}");
}

#[db_test]
async fn somebody_stays_administrator(t: TestDb) {
    found(&t, false).await;
    let (first, _) = member(&t, "first@example.com", &[Role::Administrator]).await;
    for refused in [
        access::disable(&t.keelson, &t.act(), first).await,
        access::change_roles(&t.keelson, &t.act(), first, &[Role::Buyer]).await,
    ] {
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    // An invited administrator cannot come in yet and does not count.
    let invited = somebody("second@example.com", &[Role::Administrator], None);
    access::invite(&t.keelson, &t.act(), &mut chance(), invited)
        .await
        .unwrap();
    assert!(access::disable(&t.keelson, &t.act(), first).await.is_err());
}

#[db_test]
async fn two_administrators_cannot_remove_each_other_at_the_same_moment(t: TestDb) {
    found(&t, false).await;
    let mut both = Vec::new();
    for address in ["first@example.com", "second@example.com"] {
        both.push(add(&t, somebody(address, &[Role::Administrator], None)).await);
    }
    let act = t.act();
    let tries: Vec<_> = both
        .iter()
        .map(|id| {
            let (keelson, id) = (t.keelson.clone(), *id);
            tokio::spawn(async move {
                access::change_roles(&keelson, &act, id, &[Role::Buyer])
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut changed = 0;
    for attempt in tries {
        changed += u32::from(attempt.await.unwrap());
    }
    assert_eq!(changed, 1);
}

#[db_test]
async fn guessing_slows_down_whoever_is_guessed_and_the_owner_comes_in_by_link(t: TestDb) {
    found(&t, false).await;
    member(&t, "ada@example.com", &[Role::Buyer]).await;
    let passwords = Passwords::default();
    for account in ["ada@example.com", "nobody@example.com"] {
        let guess = async || {
            try_password(
                &t.keelson,
                &passwords,
                t.clock_now(),
                "10.0.0.1",
                (account, "wrong"),
            )
            .await
        };
        for _ in 0..5 {
            assert!(matches!(guess().await, Outcome::Refused), "{account}");
        }
        let before = passwords.hashes_done();
        let Outcome::Wait(until) = guess().await else {
            panic!("the sixth waits: {account}")
        };
        assert_eq!(until - t.clock_now(), TimeDelta::seconds(2), "{account}");
        assert_eq!(
            passwords.hashes_done(),
            before,
            "no password is tried while waiting"
        );
    }
    let right = async || {
        try_password(
            &t.keelson,
            &passwords,
            t.clock_now(),
            "10.9.9.9",
            ("ada@example.com", PASSWORD),
        )
        .await
    };
    assert!(
        matches!(right().await, Outcome::Wait(_)),
        "the password waits for everybody"
    );
    let ada = email("ada@example.com");
    let (_, secret) = link::ask(
        &t.keelson,
        t.clock_now(),
        &mut chance(),
        &ada,
        Purpose::SignIn,
    )
    .await
    .unwrap()
    .unwrap();
    let came = link::sign_in(
        &t.keelson,
        t.clock_now(),
        &mut chance(),
        &secret,
        &Browser::default(),
    )
    .await
    .unwrap();
    assert!(came.is_some(), "the owner's link works meanwhile");

    t.clock.advance(TimeDelta::seconds(2));
    assert!(
        matches!(right().await, Outcome::Welcome(..)),
        "after the wait the password works"
    );
    assert!(
        matches!(right().await, Outcome::Welcome(..)),
        "and the failures are forgotten"
    );
}

#[db_test]
async fn a_thousand_guesses_at_once_try_five_passwords(t: TestDb) {
    found(&t, false).await;
    let passwords = Passwords::default();
    let at = t.clock_now();
    let guesses: Vec<_> = (0..200)
        .map(|number| {
            let (keelson, passwords) = (t.keelson.clone(), passwords.clone());
            tokio::spawn(async move {
                let guess = format!("guess number {number}");
                try_password(
                    &keelson,
                    &passwords,
                    at,
                    "10.0.0.1",
                    ("ada@example.com", &guess),
                )
                .await;
            })
        })
        .collect();
    for guess in guesses {
        guess.await.unwrap();
    }
    // PostgreSQL lets attempts that are under way at the same moment overlook each other; its pool caps how many that are.
    let most = if t.engine() == keelson_testkit::Engine::Sqlite {
        5
    } else {
        5 + 16
    };
    assert!(
        passwords.hashes_done() <= most,
        "{}",
        passwords.hashes_done()
    );
}

#[db_test]
async fn an_unknown_address_costs_what_a_known_one_costs(t: TestDb) {
    found(&t, false).await;
    member(&t, "ada@example.com", &[Role::Buyer]).await;
    add(&t, somebody("bob@example.com", &[Role::Buyer], None)).await;
    let invited = somebody("eve@example.com", &[Role::Buyer], None);
    access::invite(&t.keelson, &t.act(), &mut chance(), invited)
        .await
        .unwrap();
    for account in [
        "ada@example.com",
        "bob@example.com",
        "eve@example.com",
        "nobody@example.com",
    ] {
        let passwords = Passwords::default();
        let at = t.clock_now();
        let outcome = try_password(
            &t.keelson,
            &passwords,
            at,
            "10.0.0.1",
            (account, "not the password"),
        )
        .await;
        assert!(matches!(outcome, Outcome::Refused), "{account}");
        assert_eq!(passwords.hashes_done(), 1, "{account}");
    }
}

#[db_test]
async fn an_old_hash_is_renewed_when_its_owner_signs_in(t: TestDb) {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    found(&t, false).await;
    let (id, _) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    let old = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8 * 1024, 1, 1, None).unwrap(),
    )
    .hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes ok")
    .unwrap()
    .to_string();
    let tx = t.db.begin().await.unwrap();
    tx.execute_unprepared(&format!(
        "UPDATE people SET password_hash = '{old}' WHERE id = {id}"
    ))
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let stored = async || {
        let sql = format!("SELECT password_hash FROM people WHERE id = {id}");
        let row = t.db.read().query_one_raw(sea_orm::Statement::from_string(
            t.db.read().get_database_backend(),
            sql,
        ));
        row.await
            .unwrap()
            .unwrap()
            .try_get::<String>("", "password_hash")
            .unwrap()
    };
    let passwords = Passwords::default();
    let who = ("ada@example.com", PASSWORD);
    let wrong = try_password(
        &t.keelson,
        &passwords,
        t.clock_now(),
        "10.0.0.1",
        ("ada@example.com", "wrong"),
    )
    .await;
    assert!(matches!(wrong, Outcome::Refused));
    assert_eq!(stored().await, old, "a guess renews nothing");
    let right = try_password(&t.keelson, &passwords, t.clock_now(), "10.0.0.1", who).await;
    assert!(matches!(right, Outcome::Welcome(..)), "{right:?}");
    assert!(
        stored()
            .await
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        stored().await
    );
    let again = try_password(&t.keelson, &passwords, t.clock_now(), "10.0.0.1", who).await;
    assert!(matches!(again, Outcome::Welcome(..)), "{again:?}");
}

#[db_test]
async fn a_new_password_ends_every_other_session(t: TestDb) {
    found(&t, false).await;
    let (id, here) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    let passwords = Passwords::default();
    let at = t.clock_now();
    let signed = try_password(
        &t.keelson,
        &passwords,
        at,
        "10.0.0.1",
        ("ada@example.com", PASSWORD),
    )
    .await;
    let Outcome::Welcome(_, elsewhere) = signed else {
        panic!("{signed:?}")
    };
    let (kept, person) = session::find(t.db.read(), &here, at)
        .await
        .unwrap()
        .unwrap();
    let change = async |current: &'static str| {
        let chosen = (current, password("other plain words now"));
        let act = t.act_by(id);
        access::change_password(
            &t.keelson,
            &passwords,
            &act,
            &mut chance(),
            &person,
            kept.id,
            chosen,
        )
        .await
    };
    assert!(matches!(change("not it").await, Err(Error::Invalid(_))));
    assert!(is_signed_in(&t, &elsewhere).await);
    change(PASSWORD).await.unwrap();
    assert!(is_signed_in(&t, &here).await && !is_signed_in(&t, &elsewhere).await);

    let secret = access::make_reset_link(&t.keelson, &t.act(), &mut chance(), id)
        .await
        .unwrap();
    let browser = Browser::default();
    let chosen = password("third plain words now");
    let back = access::reset_password(
        &t.keelson,
        &passwords,
        at,
        &mut chance(),
        &secret,
        chosen,
        &browser,
    )
    .await
    .unwrap();
    assert!(!is_signed_in(&t, &here).await && is_signed_in(&t, &back.unwrap()).await);
}

#[db_test]
async fn a_session_is_ended_by_its_own_person_only(t: TestDb) {
    found(&t, false).await;
    let (ada, adas) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    let (bob, _) = member(&t, "bob@example.com", &[Role::Buyer]).await;
    let (session, _) = session::find(t.db.read(), &adas, t.clock_now())
        .await
        .unwrap()
        .unwrap();
    let person = async |id| Person::find(t.db.read(), id).await.unwrap().unwrap();
    let foreign = session::end(&t.keelson, &t.act_by(bob), &person(bob).await, session.id).await;
    assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
    assert!(is_signed_in(&t, &adas).await);
    session::end(&t.keelson, &t.act_by(ada), &person(ada).await, session.id)
        .await
        .unwrap();
    assert!(!is_signed_in(&t, &adas).await);
}

#[db_test]
async fn roles_stay_on_their_side(t: TestDb) {
    found(&t, false).await;
    for wrong in [
        somebody("a@example.com", &[Role::SupplierMember], None),
        somebody("a@example.com", &[Role::Administrator], Some(1)),
        somebody("a@example.com", &[], None),
    ] {
        let refused = access::invite(&t.keelson, &t.act(), &mut chance(), wrong).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let member = add(
        &t,
        somebody("m@supplier.example", &[Role::SupplierMember], Some(1)),
    )
    .await;
    let refused = access::change_roles(&t.keelson, &t.act(), member, &[Role::Buyer]).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    // A row that no operation writes grants nothing either.
    let tx = t.db.begin().await.unwrap();
    let planted =
        format!("INSERT INTO person_roles (person_id, role) VALUES ({member}, 'administrator')");
    tx.execute_unprepared(&planted).await.unwrap();
    tx.commit().await.unwrap();
    let person = Person::find(t.db.read(), member).await.unwrap().unwrap();
    assert!(person.roles.contains(&Role::Administrator));
    assert!(!person.permissions().has(Permission::ViewSuppliers));
    assert!(person.permissions().has(Permission::UsePortal));
}

#[db_test]
async fn an_address_belongs_to_one_person(t: TestDb) {
    found(&t, false).await;
    add(&t, somebody("ada@example.com", &[Role::Buyer], None)).await;
    let twin = somebody("ADA@example.com", &[Role::Legal], None);
    let refused = access::invite(&t.keelson, &t.act(), &mut chance(), twin).await;
    let Err(Error::Invalid(fields)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(fields[0].name, "email");
}

#[db_test]
async fn one_organisation_is_founded_however_many_try_at_once(t: TestDb) {
    let act = t.act();
    let tries: Vec<_> = (0..8)
        .map(|number| {
            let keelson = t.keelson.clone();
            tokio::spawn(async move {
                let new = NewOrganisation {
                    name: format!("Company {number}"),
                    currency: Currency::parse("EUR").unwrap(),
                    locale: "en-GB".to_owned(),
                    invented: false,
                };
                let administrator = email(&format!("admin{number}@example.com"));
                access::init(&keelson, &act, &mut chance(), new, administrator).await
            })
        })
        .collect();
    let mut links = Vec::new();
    for attempt in tries {
        match attempt.await.unwrap() {
            Ok(secret) => links.push(secret),
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error:?}"),
        }
    }
    assert_eq!(links.len(), 1);
    let invited = link::peek(t.db.read(), &links[0], Purpose::Invitation, t.clock_now())
        .await
        .unwrap();
    assert_eq!(invited.unwrap().roles, [Role::Administrator]);
    assert_eq!(access::people(t.db.read()).await.unwrap().len(), 1);
    assert!(Organisation::find(t.db.read()).await.unwrap().is_some());
}

#[db_test]
async fn what_changes_is_told_and_no_event_holds_a_secret(t: TestDb) {
    found(&t, false).await;
    member(&t, "boss@example.com", &[Role::Administrator]).await;
    let (id, session) = member(&t, "ada@example.com", &[Role::Buyer]).await;
    let person = Person::find(t.db.read(), id).await.unwrap().unwrap();
    let act = t.act_by(id);
    access::change_roles(&t.keelson, &act, id, &[Role::Legal, Role::Finance])
        .await
        .unwrap();
    access::change_profile(
        &t.keelson,
        &act,
        &person,
        PersonName::parse("Ada Jones").unwrap(),
    )
    .await
    .unwrap();
    let wanted = access::Preferences {
        theme: access::Theme::Dark,
        locale: Some("de-CH".to_owned()),
        shortcuts: false,
    };
    access::change_preferences(&t.keelson, &act, &person, wanted.clone())
        .await
        .unwrap();
    let reset = access::make_reset_link(&t.keelson, &act, &mut chance(), id)
        .await
        .unwrap();
    access::disable(&t.keelson, &act, id).await.unwrap();
    access::enable(&t.keelson, &act, id).await.unwrap();

    let changed = Person::find(t.db.read(), id).await.unwrap().unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.preferences),
        ("Ada Jones", wanted)
    );
    assert_eq!(changed.roles, [Role::Finance, Role::Legal]);

    let events = record::of_subject(t.db.read(), "person", id.0)
        .await
        .unwrap();
    let verbs: Vec<&str> = events
        .iter()
        .rev()
        .map(|event| event.verb.as_str())
        .collect();
    let told = [
        "invited",
        "accepted_invitation",
        "changed_roles",
        "renamed",
        "changed_preferences",
        "reset_link_made",
        "disabled",
        "enabled",
    ];
    assert_eq!(verbs, told);
    for event in &events {
        let payload = event.payload.to_string();
        for secret in [
            PASSWORD,
            "$argon2",
            &session.reveal(),
            &session.digest(),
            &reset.reveal(),
            &reset.digest(),
        ] {
            assert!(
                !payload.contains(secret),
                "{} tells a secret: {payload}",
                event.verb
            );
        }
    }
}

#[db_test]
async fn a_change_that_fails_tells_nothing(t: TestDb) {
    found(&t, false).await;
    let (id, _) = member(&t, "boss@example.com", &[Role::Administrator]).await;
    let before = record::of_subject(t.db.read(), "person", id.0)
        .await
        .unwrap()
        .len();
    access::disable(&t.keelson, &t.act(), id).await.unwrap_err();
    access::change_roles(&t.keelson, &t.act(), id, &[])
        .await
        .unwrap_err();
    access::invite_again(&t.keelson, &t.act(), &mut chance(), id)
        .await
        .unwrap_err();
    assert_eq!(
        record::of_subject(t.db.read(), "person", id.0)
            .await
            .unwrap()
            .len(),
        before
    );
}
