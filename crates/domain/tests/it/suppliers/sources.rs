use keelson_domain::{
    Result, SourceId, SupplierId, record,
    suppliers::{self, Described, Draft, Mention, NewSupplier, SourceRecord, Status},
};
use keelson_testkit::{TestDb, db_test};
use sea_orm::{ConnectionTrait, Statement};

use super::{colleague, details, named, read};

async fn source(t: &TestDb, name: &str) -> Result<SourceId> {
    let tx = t.db.begin().await?;
    let backend = tx.get_database_backend();
    let sql = format!("INSERT INTO sources (name, created_at) VALUES ('{name}', 0) RETURNING id");
    let row = tx
        .query_one_raw(Statement::from_string(backend, sql))
        .await?
        .expect("a row");
    let id = SourceId(row.try_get("", "id")?);
    tx.commit().await?;
    Ok(id)
}

fn mention(key: &str, name: &str) -> Mention {
    Mention {
        key: key.to_owned(),
        details: details(&named(name)),
    }
}

async fn resolve(
    t: &TestDb,
    source: SourceId,
    mentions: &[Mention],
) -> Result<(Vec<SupplierId>, u64)> {
    let tx = t.db.begin().await?;
    let done = suppliers::find_or_create_from_source(&tx, &t.act(), source, None, mentions).await?;
    tx.commit().await?;
    Ok((done.suppliers, done.created))
}

#[db_test]
async fn a_key_seen_before_is_the_same_supplier_and_a_new_one_is_created(t: TestDb) -> Result<()> {
    let (sap, oracle) = (source(&t, "SAP").await?, source(&t, "Oracle").await?);
    let (first, created) =
        resolve(&t, sap, &[mention("100", "Alder"), mention("200", "Birch")]).await?;
    assert_eq!(created, 2);
    let again = [
        mention("300", "Cedar"),
        mention("200", "Birch GmbH"),
        mention("100", "Alder"),
    ];
    let (second, created) = resolve(&t, sap, &again).await?;
    assert_eq!((created, &second[1..]), (1, &[first[1], first[0]][..]));
    // The same name in another system is another record until somebody merges the two.
    let (third, created) = resolve(&t, oracle, &[mention("100", "Alder")]).await?;
    assert_eq!(created, 1);
    assert!(!first.contains(&third[0]));
    let alder = read(&t, first[0]).await?;
    assert_eq!(
        (alder.status, alder.number.as_str()),
        (Status::Active, "S-00001")
    );
    assert_eq!(
        record::of_subject(t.db.read(), "supplier", first[0].0).await?[0].verb,
        "created"
    );
    Ok(())
}

#[db_test]
async fn thousands_are_resolved_in_one_go_and_none_twice(t: TestDb) -> Result<()> {
    let sap = source(&t, "SAP").await?;
    let mentions: Vec<_> = (0..2_500)
        .map(|n| mention(&format!("K{n}"), &format!("Supplier number {n}")))
        .collect();
    let (first, created) = resolve(&t, sap, &mentions).await?;
    assert_eq!((first.len(), created), (2_500, 2_500));
    let (second, created) = resolve(&t, sap, &mentions).await?;
    assert_eq!((second == first, created), (true, 0));
    assert_eq!(
        read(&t, first[2_499]).await?.details.name.as_str(),
        "Supplier number 2499"
    );
    Ok(())
}

#[db_test]
async fn two_imports_at_once_create_a_supplier_once(t: TestDb) -> Result<()> {
    let sap = source(&t, "SAP").await?;
    let both = [mention("1", "Alder"), mention("2", "Birch")];
    let (one, other) = tokio::join!(resolve(&t, sap, &both), resolve(&t, sap, &both));
    let (one, other) = (one?, other?);
    assert_eq!(one.0, other.0);
    assert_eq!(one.1 + other.1, 2);
    Ok(())
}

#[db_test]
async fn what_a_person_corrected_survives_the_next_file(t: TestDb) -> Result<()> {
    let sap = source(&t, "SAP").await?;
    let row = |city: &str, phone: &str, digest: &str| SourceRecord {
        key: "100".to_owned(),
        supplier: NewSupplier::established(details(&Draft {
            city: city.to_owned(),
            phone: phone.to_owned(),
            ..named("Alder")
        })),
        digest: digest.to_owned(),
    };
    let load = async |record: SourceRecord| -> Result<Described> {
        let tx = t.db.begin().await?;
        let done = suppliers::take_over_from_source(&tx, &t.act(), sap, None, &[record]).await?;
        tx.commit().await?;
        Ok(done[0])
    };
    let Described::Created(id) = load(row("Jonkoping", "036 111111", "a")).await? else {
        panic!("the supplier was there");
    };
    assert_eq!(
        load(row("Jonkoping", "036 111111", "a")).await?,
        Described::Unchanged(id)
    );

    let ruth = colleague(&t, "Ruth Sandoval").await?;
    let seen = read(&t, id).await?;
    let corrected = details(&Draft {
        city: "Jönköping".into(),
        ..Draft::from(&seen.details)
    });
    suppliers::edit(&t.keelson, &t.act_by(ruth), id, seen.version, &corrected).await?;

    assert_eq!(
        load(row("Jonkoping", "036 222222", "b")).await?,
        Described::Changed(id)
    );
    let now = read(&t, id).await?.details;
    assert_eq!(now.city.as_deref(), Some("Jönköping"));
    assert_eq!(now.phone.as_deref(), Some("036 222222"));
    // What the file leaves out is not taken away.
    load(row("", "", "c")).await?;
    assert_eq!(
        read(&t, id).await?.details.phone.as_deref(),
        Some("036 222222")
    );
    Ok(())
}
