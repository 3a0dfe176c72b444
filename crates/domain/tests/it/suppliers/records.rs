use std::collections::BTreeSet;

use keelson_domain::{
    Error, Result,
    record::{self, Audience},
    suppliers::{
        self, ContactDraft, Country, Draft, NewIdentifier, NewSupplier, Parent, PortalProfile,
        RatingsDraft, Reader, Scheme, SiteDraft, Standing,
    },
};
use keelson_methods::money::Currency;
use keelson_testkit::{TestDb, db_test};

use super::{colleague, details, named, person, read, supplier};

#[db_test]
async fn numbers_follow_the_order_of_creation_also_in_parallel(t: TestDb) -> Result<()> {
    let first = supplier(&t, named("First")).await?;
    assert_eq!(read(&t, first).await?.number, "S-00001");
    let act = t.act();
    let creations = (0..12).map(|n| {
        let (keelson, new) = (
            t.keelson.clone(),
            NewSupplier::established(details(&named(&format!("Supplier {n}")))),
        );
        tokio::spawn(async move { suppliers::create(&keelson, &act, &new).await })
    });
    let mut numbers = BTreeSet::new();
    for creation in creations.collect::<Vec<_>>() {
        let id = creation.await.expect("the task ends")?;
        numbers.insert(read(&t, id).await?.number);
    }
    let expected: BTreeSet<_> = (2..14).map(|n| format!("S-{n:05}")).collect();
    assert_eq!(numbers, expected);
    assert_eq!(
        suppliers::by_number(t.db.read(), "s-00001").await?,
        Some(first)
    );
    Ok(())
}

#[db_test]
async fn a_creation_that_fails_takes_no_number(t: TestDb) -> Result<()> {
    let mut new = NewSupplier::established(details(&named("Nobody's")));
    new.owner = Some(keelson_domain::PersonId(4711));
    assert!(suppliers::create(&t.keelson, &t.act(), &new).await.is_err());
    let id = supplier(&t, named("Somebody's")).await?;
    assert_eq!(read(&t, id).await?.number, "S-00001");
    Ok(())
}

#[db_test]
async fn an_edit_tells_what_changed_and_the_slower_of_two_is_told_who_was_faster(
    t: TestDb,
) -> Result<()> {
    let ruth = colleague(&t, "Ruth Sandoval").await?;
    let id = supplier(&t, named("Norrfjord Castings AB")).await?;
    let seen = read(&t, id).await?;
    let mine = details(&Draft {
        city: "Jönköping".into(),
        ..Draft::from(&seen.details)
    });
    suppliers::edit(&t.keelson, &t.act_by(ruth), id, seen.version, &mine).await?;
    let told = record::of_subject(t.db.read(), "supplier", id.0).await?;
    assert_eq!(told[0].payload["changed"]["city"]["to"], "Jönköping");
    assert_eq!(
        told[0].payload["changed"]
            .as_object()
            .map(serde_json::Map::len),
        Some(1)
    );

    let theirs = details(&Draft {
        phone: "+46 36 123456".into(),
        ..Draft::from(&seen.details)
    });
    let refused = suppliers::edit(&t.keelson, &t.act(), id, seen.version, &theirs).await;
    let Err(Error::Conflict(why)) = refused else {
        panic!("the slower edit was saved");
    };
    assert!(
        why.starts_with("Ruth Sandoval changed this supplier (city)"),
        "{why}"
    );
    assert_eq!(read(&t, id).await?.details, mine);
    // Saving what is there already is no change and no conflict.
    suppliers::edit(&t.keelson, &t.act(), id, seen.version, &mine).await?;
    assert_eq!(
        record::of_subject(t.db.read(), "supplier", id.0)
            .await?
            .len(),
        2
    );
    Ok(())
}

#[db_test]
async fn only_a_colleague_owns_a_supplier(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let id = supplier(&t, named("Alder")).await?;
    let (ruth, theirs) = (
        colleague(&t, "Ruth Sandoval").await?,
        person(&t, "Marta Lind", Some(id)).await,
    );
    suppliers::assign_owner(k, act, id, Some(ruth)).await?;
    assert_eq!(read(&t, id).await?.owner, Some(ruth));
    let refused = suppliers::assign_owner(k, act, id, Some(theirs?)).await;
    assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].name == "owner"));
    suppliers::assign_owner(k, act, id, None).await?;
    assert_eq!(read(&t, id).await?.owner, None);
    Ok(())
}

#[db_test]
async fn groups_have_no_circles(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let mut ids = Vec::new();
    for name in ["Holding", "Subsidiary", "Workshop"] {
        ids.push(supplier(&t, named(name)).await?);
    }
    let under = |id, share_ppm| Some(Parent { id, share_ppm });
    suppliers::set_parent(k, act, ids[1], under(ids[0], Some(750_000))).await?;
    suppliers::set_parent(k, act, ids[2], under(ids[1], None)).await?;
    assert_eq!(
        suppliers::ancestors(t.db.read(), ids[2]).await?,
        [ids[2], ids[1], ids[0]]
    );
    assert_eq!(
        suppliers::children(t.db.read(), ids[0]).await?[0].id,
        ids[1]
    );
    for (child, parent) in [(ids[0], ids[2]), (ids[0], ids[0])] {
        let refused = suppliers::set_parent(k, act, child, under(parent, None)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let refused = suppliers::set_parent(k, act, ids[1], under(ids[0], Some(1_000_001))).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    // Each of the two is right alone; together they would close a circle.
    suppliers::set_parent(k, act, ids[1], None).await?;
    suppliers::set_parent(k, act, ids[2], None).await?;
    let (one, other) = tokio::join!(
        suppliers::set_parent(k, act, ids[0], under(ids[1], None)),
        suppliers::set_parent(k, act, ids[1], under(ids[0], None)),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    Ok(())
}

#[db_test]
async fn sites_contacts_and_categories_are_kept(t: TestDb) -> Result<()> {
    let (k, act, db) = (&t.keelson, &t.act(), t.db.read());
    let id = supplier(&t, named("Alder")).await?;
    let site = SiteDraft {
        name: "Foundry 2".into(),
        country: "SE".into(),
        city: "Jönköping".into(),
        ..SiteDraft::default()
    };
    let foundry = suppliers::add_site(k, act, id, &site.parse()?).await?;
    suppliers::close_site(k, act, id, foundry).await?;
    assert!(suppliers::sites(db, id).await?[0].closed);
    assert!(suppliers::close_site(k, act, id, foundry).await.is_err());

    let lead = |name: &str| ContactDraft {
        name: name.into(),
        email: format!("{}@alder.example", name.to_lowercase()),
        lead: "on".into(),
        ..ContactDraft::default()
    };
    let marta = suppliers::add_contact(k, act, id, &lead("Marta").parse()?).await?;
    let nils = suppliers::add_contact(k, act, id, &lead("Nils").parse()?).await?;
    let people = suppliers::contacts(db, id).await?;
    assert_eq!(
        (people[0].id, people[0].lead, people[1].lead),
        (nils, true, false)
    );
    suppliers::make_lead(k, act, id, marta).await?;
    suppliers::contact_left(k, act, id, nils).await?;
    let people = suppliers::contacts(db, id).await?;
    assert_eq!(
        (people[0].id, people[0].lead, people[1].left),
        (marta, true, true)
    );

    let castings = suppliers::create_category(k, act, "C10", "Castings", None).await?;
    let tooling = suppliers::create_category(k, act, "C20", "Tooling", Some(castings)).await?;
    assert!(
        suppliers::create_category(k, act, "C10", "Again", None)
            .await
            .is_err()
    );
    suppliers::set_categories(k, act, id, &[tooling, castings]).await?;
    let of = suppliers::categories_of(db, id).await?;
    assert_eq!((of[0].id, of[0].main, of[1].main), (tooling, true, false));
    assert!(
        suppliers::set_categories(k, act, id, &[keelson_domain::CategoryId(99)])
            .await
            .is_err()
    );
    assert_eq!(suppliers::categories_of(db, id).await?.len(), 2);
    Ok(())
}

#[db_test]
async fn another_suppliers_rows_are_not_there(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let (mine, theirs) = (
        supplier(&t, named("Mine")).await?,
        supplier(&t, named("Theirs")).await?,
    );
    let site = SiteDraft {
        name: "Plant".into(),
        ..SiteDraft::default()
    };
    let contact = ContactDraft {
        name: "Marta".into(),
        ..ContactDraft::default()
    };
    let site = suppliers::add_site(k, act, theirs, &site.parse()?).await?;
    let contact = suppliers::add_contact(k, act, theirs, &contact.parse()?).await?;
    let lei = NewIdentifier::parse(Scheme::Lei, "5493000IBP32UQZ0KL24", None).expect("an LEI");
    let lei = suppliers::add_identifier(k, act, theirs, &lei).await?;
    let missing = [
        suppliers::close_site(k, act, mine, site).await,
        suppliers::contact_left(k, act, mine, contact).await,
        suppliers::make_lead(k, act, mine, contact).await,
        suppliers::remove_identifier(k, act, mine, lei).await,
    ];
    for outcome in missing {
        assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
    }
    assert!(!suppliers::sites(t.db.read(), theirs).await?[0].closed);
    assert_eq!(suppliers::identifiers(t.db.read(), theirs).await?.len(), 1);
    Ok(())
}

#[db_test]
async fn identifiers_keep_their_warning_and_are_not_kept_twice(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let id = supplier(&t, named("Alder")).await?;
    let vat = NewIdentifier::parse(Scheme::Vat, "DE136695978", None).expect("a VAT number");
    suppliers::add_identifier(k, act, id, &vat).await?;
    let kept = suppliers::identifiers(t.db.read(), id).await?;
    assert!(
        kept[0]
            .warning
            .as_deref()
            .is_some_and(|why| why.contains("check digits"))
    );
    assert!(suppliers::add_identifier(k, act, id, &vat).await.is_err());
    let iban = NewIdentifier::parse(Scheme::Iban, "DE89370400440532013000", None).expect("an IBAN");
    suppliers::add_identifier(k, act, id, &iban).await?;
    let told = record::of_subject(t.db.read(), "supplier", id.0).await?;
    let log: String = told.iter().map(|event| event.payload.to_string()).collect();
    assert!(
        !log.contains("370400440532"),
        "the log holds a bank account: {log}"
    );
    Ok(())
}

#[db_test]
async fn ratings_are_replaced_and_told(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let euro = Currency::parse("EUR").expect("a currency");
    let id = supplier(&t, named("Alder")).await?;
    assert_eq!(suppliers::ratings(t.db.read(), id).await?, None);
    for impact in ["3", "4", "4"] {
        let draft = RatingsDraft {
            business_impact: impact.into(),
            switching_cost: "250000".into(),
            ..RatingsDraft::default()
        };
        suppliers::rate(k, act, id, &draft.parse(euro)?).await?;
    }
    let now = suppliers::ratings(t.db.read(), id).await?.expect("ratings");
    assert_eq!((now.business_impact, now.alternatives), (Some(4), None));
    assert_eq!(now.switching_cost_minor, Some(25_000_000));
    let told = record::of_subject(t.db.read(), "supplier", id.0).await?;
    assert_eq!(told.iter().filter(|event| event.verb == "rated").count(), 2);
    Ok(())
}

#[db_test]
async fn an_internal_note_never_reaches_the_supplier(t: TestDb) -> Result<()> {
    const CANARY: &str = "CANARY-4711 they do not know that we look for a second source";
    let (k, db) = (&t.keelson, t.db.read());
    let ruth = colleague(&t, "Ruth Sandoval").await?;
    let omar = colleague(&t, "Omar Mansour").await?;
    let act = &t.act_by(ruth);
    let id = supplier(&t, named("Alder")).await?;
    let secret = suppliers::write_note(k, act, id, CANARY, false).await?;
    suppliers::write_note(k, act, id, "Thank you for the quick repair.", true).await?;
    suppliers::block(k, act, id, "CANARY-4712 fraud suspected").await?;

    assert_eq!(suppliers::notes(db, id, Reader::Colleague).await?.len(), 2);
    let theirs = suppliers::notes(db, id, Reader::Supplier).await?;
    assert_eq!(theirs.len(), 1);
    let profile = PortalProfile::of(db, id).await?;
    assert_eq!(profile.standing, Standing::Paused);
    let shown = format!("{theirs:?} {profile:?}");
    let told = record::of_supplier(db, id, Audience::Both, None, 50).await?;
    assert!(
        !shown.contains("CANARY") && !format!("{told:?}").contains("CANARY"),
        "{shown} {told:?}"
    );

    // The log names a note and never repeats it.
    let log = format!("{:?}", record::of_subject(db, "supplier", id.0).await?);
    assert!(!log.contains("CANARY-4711"), "{log}");
    let refused = suppliers::withdraw_note(k, &t.act_by(omar), id, secret).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    suppliers::withdraw_note(k, act, id, secret).await?;
    assert_eq!(suppliers::notes(db, id, Reader::Colleague).await?.len(), 1);
    Ok(())
}

#[db_test]
async fn everything_known_is_created_at_once(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let castings = suppliers::create_category(k, act, "C10", "Castings", None).await?;
    let draft = Draft {
        name: "Norrfjord Castings AB".into(),
        country: "SE".into(),
        ..Draft::default()
    };
    let new = NewSupplier {
        owner: Some(colleague(&t, "Ruth Sandoval").await?),
        categories: vec![castings],
        sites: vec![
            SiteDraft {
                name: "Foundry".into(),
                ..SiteDraft::default()
            }
            .parse()?,
        ],
        contacts: vec![
            ContactDraft {
                name: "Marta Lind".into(),
                ..ContactDraft::default()
            }
            .parse()?,
        ],
        identifiers: vec![
            NewIdentifier::parse(Scheme::Duns, "15-048-3782", None).expect("a D-U-N-S number"),
        ],
        ..NewSupplier::established(details(&draft))
    };
    let id = suppliers::create(k, act, &new).await?;
    let profile = PortalProfile::of(t.db.read(), id).await?;
    assert_eq!(profile.details.country, Country::parse("SE").ok());
    assert_eq!(
        (
            profile.sites.len(),
            profile.contacts.len(),
            profile.identifiers.len()
        ),
        (1, 1, 1)
    );
    assert_eq!(profile.looked_after_by.as_deref(), Some("Ruth Sandoval"));
    assert_eq!(read(&t, id).await?.legal_form.as_deref(), Some("AB"));
    Ok(())
}
