use keelson_domain::{
    Error, Result,
    record::{self, Audience},
    suppliers::{self, NewSupplier, Status},
};
use keelson_testkit::{TestDb, db_test};

use super::{details, named, read, supplier};

#[db_test]
async fn a_supplier_walks_in_step_by_step_and_each_step_is_told(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let new = NewSupplier::invited(details(&named("Norrfjord Castings AB")));
    let id = suppliers::create(k, act, &new).await?;
    assert_eq!(read(&t, id).await?.status, Status::Invited);
    suppliers::start_registration(k, act, id).await?;
    suppliers::submit_for_review(k, act, id).await?;
    suppliers::send_back(k, act, id, "The bank letter is missing.").await?;
    suppliers::submit_for_review(k, act, id).await?;
    suppliers::approve(k, act, id).await?;
    suppliers::activate(k, act, id).await?;
    assert_eq!(read(&t, id).await?.status, Status::Active);

    let told = record::of_supplier(t.db.read(), id, Audience::Both, None, 50).await?;
    let verbs: Vec<_> = told.iter().rev().map(|event| event.verb.as_str()).collect();
    // Being created is ours alone; the way in is for both sides.
    assert_eq!(
        verbs,
        [
            "registration_started",
            "submitted_for_review",
            "sent_back",
            "submitted_for_review",
            "approved",
            "activated"
        ]
    );
    Ok(())
}

#[db_test]
async fn a_step_that_does_not_fit_is_refused_with_the_way_out(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let id = supplier(&t, named("Kessler Antriebe GmbH")).await?;
    let why = suppliers::approve(k, act, id)
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        why,
        "Kessler Antriebe GmbH is active. Only a supplier that is under review can be approved."
    );
    suppliers::block(k, act, id, "Two failed audits").await?;
    let why = suppliers::activate(k, act, id)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("is blocked (Two failed audits)") && why.ends_with("Unblock it first."),
        "{why}"
    );
    assert_eq!(read(&t, id).await?.status, Status::Blocked);
    Ok(())
}

#[db_test]
async fn blocking_and_retiring_need_a_reason_and_lead_back(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let id = supplier(&t, named("Tidal Polymers")).await?;
    for refused in [
        suppliers::block(k, act, id, "  ").await,
        suppliers::retire(k, act, id, "").await,
    ] {
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].name == "reason"));
    }
    suppliers::block(k, act, id, "Sanctions hit under review").await?;
    suppliers::retire(k, act, id, "Closed its plant").await?;
    suppliers::reinstate(k, act, id).await?;
    assert_eq!(read(&t, id).await?.status, Status::Blocked);
    suppliers::unblock(k, act, id).await?;
    let now = read(&t, id).await?;
    assert_eq!((now.status, now.status_reason), (Status::Active, None));

    let seen = record::of_supplier(t.db.read(), id, Audience::Both, None, 50).await?;
    assert!(seen.is_empty(), "the supplier reads why it was blocked");
    Ok(())
}

#[db_test]
async fn of_two_who_approve_at_once_one_is_told(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let mut new = NewSupplier::invited(details(&named("Alder Foundry")));
    new.status = Status::UnderReview;
    let id = suppliers::create(k, act, &new).await?;
    let (one, other) = tokio::join!(
        suppliers::approve(k, act, id),
        suppliers::approve(k, act, id)
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let told = record::of_subject(t.db.read(), "supplier", id.0).await?;
    assert_eq!(
        told.iter().filter(|event| event.verb == "approved").count(),
        1
    );
    Ok(())
}
