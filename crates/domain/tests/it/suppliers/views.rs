use keelson_domain::{
    Error, Result,
    suppliers::{self, NewView},
};
use keelson_testkit::{TestDb, db_test};

use super::colleague;

fn view(name: &str, shared: bool) -> NewView<'_> {
    NewView {
        list: "suppliers",
        name,
        query: "status=active&sort=-score",
        shared,
        pinned: false,
    }
}

#[db_test]
async fn personal_views_are_personal_and_shared_ones_are_everybodys(t: TestDb) -> Result<()> {
    let (ruth, omar) = (
        colleague(&t, "Ruth Sandoval").await?,
        colleague(&t, "Omar Mansour").await?,
    );
    let (k, db) = (&t.keelson, t.db.read());
    suppliers::save_view(k, &t.act_by(ruth), view("Mine", false)).await?;
    let shared = suppliers::save_view(k, &t.act_by(ruth), view("At risk", true)).await?;
    let names = async |person| -> Result<Vec<String>> {
        let views = suppliers::views(db, "suppliers", person).await?;
        Ok(views.into_iter().map(|view| view.name).collect())
    };
    assert_eq!(names(ruth).await?, ["At risk", "Mine"]);
    assert_eq!(names(omar).await?, ["At risk"]);
    let taken = suppliers::save_view(k, &t.act_by(omar), view("at RISK", false)).await;
    assert!(matches!(taken, Err(Error::Invalid(fields)) if fields[0].name == "name"));
    // Another person's personal view is not in the way.
    suppliers::save_view(k, &t.act_by(omar), view("Mine", false)).await?;

    let refused = suppliers::delete_view(k, &t.act_by(omar), shared).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    suppliers::pin_view(k, &t.act_by(ruth), shared, true).await?;
    suppliers::update_view(k, &t.act_by(ruth), shared, "tier=strategic").await?;
    suppliers::rename_view(k, &t.act_by(ruth), shared, "Needs a look").await?;
    let seen = &suppliers::views(db, "suppliers", omar).await?[0];
    assert_eq!(
        (seen.name.as_str(), seen.query.as_str(), seen.pinned),
        ("Needs a look", "tier=strategic", true)
    );
    suppliers::delete_view(k, &t.act_by(ruth), shared).await?;
    assert_eq!(names(omar).await?, ["Mine"]);
    Ok(())
}

#[db_test]
async fn somebody_elses_personal_view_is_not_there(t: TestDb) -> Result<()> {
    let (ruth, omar) = (
        colleague(&t, "Ruth Sandoval").await?,
        colleague(&t, "Omar Mansour").await?,
    );
    let id = suppliers::save_view(&t.keelson, &t.act_by(ruth), view("Mine", false)).await?;
    let missing = suppliers::update_view(&t.keelson, &t.act_by(omar), id, "q=x").await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    Ok(())
}
