use keelson_domain::{
    Result,
    record::{Audience, NewEvent, append, of_subject},
};
use keelson_testkit::{TestDb, db_test};
use serde_json::json;

fn renamed() -> NewEvent {
    NewEvent {
        supplier: None,
        subject: "organisation",
        subject_id: 1,
        verb: "renamed",
        payload: json!({ "from": "Alder", "to": "Aldermark" }),
        audience: Audience::Internal,
    }
}

#[db_test]
async fn a_committed_event_is_read_back(t: TestDb) -> Result<()> {
    let tx = t.db.begin().await?;
    let id = append(&tx, &t.act(), renamed()).await?;
    tx.commit().await?;

    let told = of_subject(t.db.read(), "organisation", 1).await?;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].id, id);
    assert_eq!(told[0].at, t.act().at);
    assert_eq!(told[0].verb, "renamed");
    assert_eq!(told[0].payload["to"], "Aldermark");
    Ok(())
}

#[db_test]
async fn an_event_goes_with_its_transaction(t: TestDb) -> Result<()> {
    let tx = t.db.begin().await?;
    append(&tx, &t.act(), renamed()).await?;
    drop(tx);

    assert!(of_subject(t.db.read(), "organisation", 1).await?.is_empty());
    Ok(())
}
