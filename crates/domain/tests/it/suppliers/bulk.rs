use keelson_domain::{
    Error, Result,
    suppliers::{self, BulkChange, Status, Step},
};
use keelson_testkit::{TestDb, db_test};

use super::{colleague, named, read, supplier};

#[db_test]
async fn many_get_an_owner_and_lose_it_again(t: TestDb) -> Result<()> {
    let (ruth, omar) = (
        colleague(&t, "Ruth Sandoval").await?,
        colleague(&t, "Omar Mansour").await?,
    );
    let act = &t.act_by(ruth);
    let mut ids = Vec::new();
    for name in ["A1", "B2", "C3"] {
        ids.push(supplier(&t, named(name)).await?);
    }
    suppliers::assign_owner(&t.keelson, act, ids[0], Some(omar)).await?;
    let change = BulkChange::Owner(Some(ruth));
    let done = suppliers::change_many(&t.keelson, act, &ids, &change).await?;
    assert_eq!((done.changed, done.refused.len()), (3, 0));
    // Somebody gives one of them away in the meantime: that stays.
    suppliers::assign_owner(&t.keelson, act, ids[2], Some(omar)).await?;
    assert!(
        suppliers::undo_many(&t.keelson, &t.act_by(omar), done.event)
            .await
            .is_err(),
        "somebody else took it back"
    );
    assert_eq!(suppliers::undo_many(&t.keelson, act, done.event).await?, 2);
    let owners = [
        read(&t, ids[0]).await?.owner,
        read(&t, ids[1]).await?.owner,
        read(&t, ids[2]).await?.owner,
    ];
    assert_eq!(owners, [Some(omar), None, Some(omar)]);
    let again = suppliers::undo_many(&t.keelson, act, done.event).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    Ok(())
}

#[db_test]
async fn those_a_step_does_not_fit_are_named_and_the_others_go_on(t: TestDb) -> Result<()> {
    let act = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    let (active, retired) = (
        supplier(&t, named("Active")).await?,
        supplier(&t, named("Gone")).await?,
    );
    suppliers::retire(&t.keelson, act, retired, "Closed").await?;
    let gone = keelson_domain::SupplierId(4711);
    let change = BulkChange::Step(Step::Block, Some("Fire".into()));
    let ids = [active, retired, gone];
    let done = suppliers::change_many(&t.keelson, act, &ids, &change).await?;
    assert_eq!(done.changed, 1);
    assert_eq!(done.refused[0].0, retired);
    assert!(
        done.refused[0].1.contains("is retired (Closed)"),
        "{}",
        done.refused[0].1
    );
    assert_eq!(read(&t, active).await?.status, Status::Blocked);
    assert_eq!(suppliers::undo_many(&t.keelson, act, done.event).await?, 1);
    assert_eq!(read(&t, active).await?.status, Status::Active);

    let without_reason = BulkChange::Step(Step::Block, None);
    let refused = suppliers::change_many(&t.keelson, act, &ids, &without_reason).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert_eq!(read(&t, active).await?.status, Status::Active);
    Ok(())
}

#[db_test]
async fn a_main_category_comes_and_goes(t: TestDb) -> Result<()> {
    let act = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    let castings = suppliers::create_category(&t.keelson, act, "C1", "Castings", None).await?;
    let tooling = suppliers::create_category(&t.keelson, act, "C2", "Tooling", None).await?;
    let id = supplier(&t, named("Alder")).await?;
    suppliers::set_categories(&t.keelson, act, id, &[castings]).await?;
    let change = BulkChange::Category(tooling);
    let done = suppliers::change_many(&t.keelson, act, &[id], &change).await?;
    let of = suppliers::categories_of(t.db.read(), id).await?;
    assert_eq!((of[0].id, of.len()), (tooling, 2));
    suppliers::undo_many(&t.keelson, act, done.event).await?;
    let of = suppliers::categories_of(t.db.read(), id).await?;
    assert_eq!((of[0].id, of.len()), (castings, 1));
    Ok(())
}
