use keelson_domain::{
    Error, Result, SupplierId, Via,
    record::{self, Audience},
    suppliers::{
        self, ContactDraft, Draft, ListQuery, NewIdentifier, Parent, Reader, Scheme, SiteDraft,
        Supplier, Upload,
    },
};
use keelson_methods::money::Currency;
use keelson_testkit::{TestDb, db_test};

use super::{colleague, details, named, read, supplier};

fn vat(text: &str) -> NewIdentifier {
    NewIdentifier::parse(Scheme::Vat, text, None).expect("a VAT number")
}

/// Everything about a record but when it was last touched.
async fn all_of(t: &TestDb, id: SupplierId) -> Result<String> {
    let db = t.db.read();
    let supplier = Supplier {
        version: 0,
        updated_at: t.act().at,
        ..read(t, id).await?
    };
    Ok(format!(
        "{supplier:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        suppliers::sites(db, id).await?,
        suppliers::contacts(db, id).await?,
        suppliers::identifiers(db, id).await?,
        suppliers::notes(db, id, Reader::Colleague).await?,
        suppliers::documents(db, id, Reader::Colleague).await?,
        suppliers::categories_of(db, id).await?,
        suppliers::ratings(db, id).await?,
    ))
}

/// Two records of one party, each with something of everything.
async fn pair(t: &TestDb) -> Result<(SupplierId, SupplierId)> {
    let ruth = colleague(t, "Ruth Sandoval").await?;
    let act = &t.act_by(ruth);
    let k = &t.keelson;
    let one = supplier(
        t,
        Draft {
            city: "Jönköping".into(),
            ..named("Norrfjord Castings AB")
        },
    )
    .await?;
    let other = supplier(
        t,
        Draft {
            phone: "+46 36 123456".into(),
            website: "norrfjord.se".into(),
            ..named("NORRFJORD CASTINGS")
        },
    )
    .await?;
    suppliers::assign_owner(k, act, other, Some(ruth)).await?;
    let group = supplier(t, named("Nordic Metals Group")).await?;
    let parent = Parent {
        id: group,
        share_ppm: Some(800_000),
    };
    suppliers::set_parent(k, act, other, Some(parent)).await?;
    for (id, name) in [(one, "Foundry"), (other, "Office")] {
        let site = SiteDraft {
            name: name.into(),
            ..SiteDraft::default()
        };
        suppliers::add_site(k, act, id, &site.parse()?).await?;
        let contact = ContactDraft {
            name: format!("{name} lead"),
            lead: "on".into(),
            ..ContactDraft::default()
        };
        suppliers::add_contact(k, act, id, &contact.parse()?).await?;
        suppliers::write_note(k, act, id, name, false).await?;
        let file = Upload {
            file_name: "a.pdf",
            content: "%PDF-".into(),
            kind: suppliers::DocumentKind::Other,
            valid_from: None,
            valid_to: None,
            shared: true,
        };
        suppliers::upload_document(k, act, id, file).await?;
        let category = suppliers::create_category(k, act, name, name, None).await?;
        suppliers::set_categories(k, act, id, &[category]).await?;
    }
    let ratings = suppliers::Ratings {
        business_impact: Some(4),
        ..suppliers::Ratings::default()
    };
    suppliers::rate(k, act, other, &ratings).await?;
    suppliers::add_identifier(k, act, other, &vat("DE136695976")).await?;
    Ok((one, other))
}

#[db_test]
async fn what_belongs_to_either_belongs_to_the_survivor(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let (k, db) = (&t.keelson, t.db.read());
    suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?;
    assert_eq!(now.details.city.as_deref(), Some("Jönköping"));
    assert_eq!(now.details.phone.as_deref(), Some("+46 36 123456"));
    assert!(now.owner.is_some() && now.parent.is_some());
    assert_eq!(suppliers::sites(db, one).await?.len(), 2);
    assert_eq!(suppliers::contacts(db, one).await?[0].name, "Foundry lead");
    assert_eq!(suppliers::identifiers(db, one).await?.len(), 1);
    assert_eq!(suppliers::notes(db, one, Reader::Colleague).await?.len(), 2);
    assert_eq!(
        suppliers::documents(db, one, Reader::Supplier).await?.len(),
        2
    );
    let categories = suppliers::categories_of(db, one).await?;
    assert_eq!(
        (categories[0].name.as_str(), categories[1].main),
        ("Foundry", false)
    );
    assert_eq!(
        suppliers::ratings(db, one)
            .await?
            .and_then(|r| r.business_impact),
        Some(4)
    );
    assert!(
        record::of_supplier(db, one, Audience::Internal, None, 100)
            .await?
            .iter()
            .any(|event| event.subject_id == other.0 && event.verb == "created"),
        "the absorbed record's history is not shown"
    );

    // The absorbed record is out of sight, and its number leads to the survivor.
    let euro = Currency::parse("EUR").expect("a currency");
    let page = suppliers::list(db, &ListQuery::default(), euro).await?;
    assert_eq!(page.total, 2);
    assert_eq!(suppliers::by_number(db, "S-00002").await?, Some(one));
    let found = ListQuery {
        text: "S-00002".into(),
        ..ListQuery::default()
    };
    assert_eq!(suppliers::list(db, &found, euro).await?.rows[0].id, one);
    assert_eq!(suppliers::survivor_of(db, other).await?, one);
    let refused = suppliers::block(k, &t.act(), other, "why").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    Ok(())
}

#[db_test]
async fn a_merge_undone_leaves_both_as_they_were(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let before = (all_of(&t, one).await?, all_of(&t, other).await?);
    let k = &t.keelson;
    for (survivor, absorbed) in [(one, other), (other, one)] {
        let merge = suppliers::merge(k, &t.act(), survivor, absorbed).await?;
        assert_ne!(all_of(&t, survivor).await?, before.0);
        assert_eq!(suppliers::recent_merges(t.db.read(), 5).await?[0].id, merge);
        suppliers::unmerge(k, &t.act(), merge).await?;
        assert_eq!((all_of(&t, one).await?, all_of(&t, other).await?), before);
        let again = suppliers::unmerge(k, &t.act(), merge).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    assert!(suppliers::merges_into(t.db.read(), one).await?.is_empty());
    Ok(())
}

#[db_test]
async fn what_was_changed_since_stays_when_a_merge_is_undone(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let k = &t.keelson;
    let merge = suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?;
    let edited = details(&Draft {
        phone: "+46 36 999999".into(),
        ..Draft::from(&now.details)
    });
    suppliers::edit(k, &t.act(), one, now.version, &edited).await?;
    suppliers::unmerge(k, &t.act(), merge).await?;
    let now = read(&t, one).await?.details;
    assert_eq!(now.phone.as_deref(), Some("+46 36 999999"));
    assert_eq!(now.website, None);
    Ok(())
}

#[db_test]
async fn chains_of_merges_are_undone_from_the_end(t: TestDb) -> Result<()> {
    let (k, act, db) = (&t.keelson, &t.act(), t.db.read());
    let mut ids = Vec::new();
    for name in ["Alder", "Alder Ltd", "Alder Limited"] {
        ids.push(supplier(&t, named(name)).await?);
    }
    let first = suppliers::merge(k, act, ids[1], ids[2]).await?;
    let second = suppliers::merge(k, act, ids[0], ids[1]).await?;
    assert_eq!(suppliers::family(db, ids[0]).await?, ids);
    let too_early = suppliers::unmerge(k, act, first).await;
    assert!(
        matches!(&too_early, Err(Error::Conflict(why)) if why.contains("Undo that merge first"))
    );
    suppliers::unmerge(k, act, second).await?;
    assert_eq!(suppliers::family(db, ids[1]).await?, ids[1..]);
    suppliers::unmerge(k, act, first).await?;
    assert_eq!(suppliers::family(db, ids[1]).await?, ids[1..2]);
    Ok(())
}

#[db_test]
async fn two_companies_are_not_merged(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let (one, other) = (
        supplier(&t, named("Alder GmbH")).await?,
        supplier(&t, named("Alder GmbH")).await?,
    );
    suppliers::add_identifier(k, act, one, &vat("DE136695976")).await?;
    suppliers::add_identifier(k, act, other, &vat("DE129430206")).await?;
    let refused = suppliers::merge(k, act, one, other).await;
    assert!(
        matches!(&refused, Err(Error::Conflict(why)) if why.contains("two different valid VAT numbers")),
        "{refused:?}"
    );
    let (parent, child) = (
        supplier(&t, named("Birch Holding")).await?,
        supplier(&t, named("Birch")).await?,
    );
    let share_ppm = None;
    suppliers::set_parent(
        k,
        act,
        child,
        Some(Parent {
            id: parent,
            share_ppm,
        }),
    )
    .await?;
    for (a, b) in [(parent, child), (child, parent), (child, child)] {
        let refused = suppliers::merge(k, act, a, b).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    Ok(())
}

#[db_test]
async fn the_more_trusted_value_survives(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    let known = |name: &str, city: &str, phone: &str| Draft {
        city: city.into(),
        phone: phone.into(),
        ..named(name)
    };
    let one = supplier(&t, known("Alder", "Ulm", "0731 111111")).await?;
    let other = supplier(&t, known("Alder", "Neu-Ulm", "0731 111111")).await?;
    // The supplier itself said its telephone number, recently; nobody vouches for the city.
    let seen = read(&t, other).await?;
    let theirs = details(&known("Alder", "Neu-Ulm", "0731 222222"));
    let portal = keelson_domain::Act {
        via: Via::Portal,
        ..t.act()
    };
    suppliers::edit(k, &portal, other, seen.version, &theirs).await?;
    suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?.details;
    assert_eq!(now.phone.as_deref(), Some("0731 222222"));
    assert_eq!(now.city.as_deref(), Some("Ulm"));
    Ok(())
}
