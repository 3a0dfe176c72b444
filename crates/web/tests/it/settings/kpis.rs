use keelson_domain::{
    access::Role,
    performance::{definition, scorecard},
    record::of_subject,
    versions,
};
use keelson_methods::kpi::Definition;
use keelson_testkit::{TestApp, TestDb, db_test};

use super::{answers, at, fields, with};
use crate::facts::{deliver, judge, supplier};

#[db_test]
async fn every_definition_says_in_plain_words_what_it_counts(t: TestDb) {
    let app = TestApp::new(&t).await;
    let reader = app.signed_in_as(Role::Executive).await;
    let list = reader.get("/settings/kpis").await;
    assert_eq!(list.texts("main .rows .title").len(), 10);
    let on_time = list.texts("#delivery .rows p")[0].replace('\u{a0}', " ");
    assert!(
        on_time.contains("Lines on time, of the lines judged, held against the first confirmed date, else the requested date")
            && on_time.contains("from 3 days before the date to the date itself")
            && on_time.contains("provisional below 20 lines"),
        "{on_time}"
    );
    assert!(
        list.texts("main .page-tools a").is_empty(),
        "an executive defines nothing"
    );

    let page = reader.get("/settings/kpis/otd").await;
    let rules = page.texts("#rules dd").join("\n").replace('\u{a0}', " ");
    for says in [
        "Lines on time",
        "Lines judged",
        "At most 2% short, at most 5% over",
        "Add up; the line is complete with the receipt that fills it",
        "Count as missed",
        "Left out where the delay was caused by us or the carrier we chose",
        "Higher is better",
    ] {
        assert!(rules.contains(says), "{says} not in {rules}");
    }
    assert_eq!(page.texts("#versions .title"), ["Version 1"]);
    assert!(page.texts("#used").join("").contains("On no template"));
    let scored = reader.get("/settings/kpis/otif-line").await;
    assert_eq!(scored.texts("#used .title").len(), 4);
    for nothing in [
        "/settings/kpis/never",
        "/settings/kpis/otd/versions/2",
        "/settings/kpis/otd/edit",
    ] {
        assert_eq!(reader.get(nothing).await.status, 404, "{nothing}");
    }
}

#[db_test]
async fn a_wrong_answer_is_told_at_its_question_and_nothing_is_published(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/kpis/otd/edit").await;
    assert_eq!(
        form.attribute(&at("delivery.under_tolerance"), "value")
            .as_deref(),
        Some("2%")
    );
    let wrong = with(
        answers(&form),
        &[
            ("name", ""),
            ("delivery.late_days", "a few"),
            ("delivery.under_tolerance", "none"),
        ],
    );
    let told = manager
        .post("/settings/kpis/preview", &fields(&wrong))
        .await;
    assert_eq!(told.status, 422);
    assert_eq!(
        told.texts(".err-sum a").len(),
        3,
        "{:?}",
        told.texts(".err-sum a")
    );
    assert!(
        told.texts(&at("delivery.late_days-error"))[0].contains("enter a whole number"),
        "beside its question"
    );
    assert_eq!(
        told.attribute(&at("delivery.late_days"), "value")
            .as_deref(),
        Some("a few"),
        "answers are kept"
    );
    assert!(told.texts("title")[0].starts_with("Error:"));

    // What only the document itself can see comes back at the question too.
    let empty = with(answers(&form), &[("delivery.under_tolerance", "100%")]);
    let told = manager
        .post("/settings/kpis/preview", &fields(&empty))
        .await;
    assert!(
        told.texts(&at("delivery.under_tolerance-error"))[0]
            .contains("an empty delivery would be full")
    );
    let twice = with(
        answers(&form),
        &[
            ("delivery.reference.1", "requested"),
            ("delivery.reference.2", "requested"),
        ],
    );
    let told = manager
        .post("/settings/kpis/preview", &fields(&twice))
        .await;
    assert!(told.texts(&at("delivery.reference.1-error"))[0].contains("each only once"));

    let mut foreign = answers(&form);
    foreign.push(("approved".to_owned(), "yes".to_owned()));
    assert_eq!(
        manager
            .post("/settings/kpis/preview", &fields(&foreign))
            .await
            .status,
        422
    );
    let history = versions::history::<Definition>(t.db.read(), "otd")
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
}

#[db_test]
async fn a_preview_counts_whom_it_would_change_and_publishing_leaves_old_scores_alone(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let late = supplier(&t, "Norrfjord Castings AB").await;
    let punctual = supplier(&t, "Delta Hydraulik GmbH").await;
    deliver(&t, late, 12).await;
    deliver(&t, punctual, 0).await;
    judge(&t, "2025-Q4").await;
    let card = scorecard::newest(t.db.read(), late).await.unwrap().unwrap();

    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/kpis/otif-line/edit").await;
    let kinder = with(answers(&form), &[("delivery.late_days", "5")]);
    let preview = manager
        .post("/settings/kpis/preview", &fields(&kinder))
        .await;
    assert_eq!(preview.status, 200, "{:?}", preview.texts(".err-sum a"));
    let says = preview.texts("#effects p")[0].replace('\u{a0}', " ");
    assert!(
        says.starts_with(
            "With this definition 1 of 2 suppliers would have another value in Q4 2025"
        ),
        "{says}"
    );
    assert_eq!(
        preview.texts("#effects tbody th"),
        ["Norrfjord Castings AB"]
    );
    let value = preview.texts("#effects tbody td")[0].clone();
    assert!(
        value.contains("80.0%") && value.contains("100.0%"),
        "{value}"
    );
    let changed = preview.texts("#changes tbody tr").join("");
    assert!(changed.contains("Days late still on time"), "{changed}");
    let history = versions::history::<Definition>(t.db.read(), "otif-line")
        .await
        .unwrap();
    assert_eq!(history.len(), 1, "a preview stores nothing");

    let draft = answers(&preview);
    let back = manager.post("/settings/kpis/draft", &fields(&draft)).await;
    assert_eq!(
        back.attribute(&at("delivery.late_days"), "value")
            .as_deref(),
        Some("5"),
        "back to editing keeps the draft"
    );
    let done = manager
        .follow(manager.post("/settings/kpis", &fields(&draft)).await)
        .await;
    assert!(
        done.texts(".flash span")[0]
            .starts_with("Version 2 of On time, in full (lines) is published"),
        "{:?}",
        done.texts(".flash span")
    );
    assert_eq!(done.texts("#versions .title"), ["Version 2", "Version 1"]);
    let diff = done.texts("#changes tbody tr").join("");
    assert!(
        diff.contains("Days late still on time") && diff.contains('5'),
        "{diff}"
    );
    let old = manager.get("/settings/kpis/otif-line/versions/1").await;
    assert!(old.texts(".badge").iter().any(|badge| badge == "Replaced"));

    let after = scorecard::newest(t.db.read(), late).await.unwrap().unwrap();
    assert_eq!(after, card, "what was judged stays as it was");
    let told = of_subject(t.db.read(), "kpi_definition", 11).await.unwrap();
    assert_eq!(told[0].verb, "published");
    assert_eq!(told[0].payload["changes"][0]["field"], "delivery.late_days");
}

#[db_test]
async fn a_document_goes_out_and_comes_back(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let file = manager.get("/settings/kpis/otd/versions/1/document").await;
    assert_eq!(file.header("content-type"), Some("application/toml"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"otd-version-1.toml\"")
    );
    // The command line takes the same file, and finds that it says nothing new.
    let act = t.act();
    let applied = definition::apply(&t.keelson, &act, &file.text())
        .await
        .unwrap();
    assert_eq!(applied.version, 1);

    let upload = async |text: &[u8]| {
        manager
            .post_files("/settings/kpis/upload", &[("file", Some("otd.toml"), text)])
            .await
    };
    let same = upload(&file.body).await;
    assert!(same.texts(".notice")[0].contains("Nothing would change"));
    assert!(
        same.texts("main button")
            .iter()
            .all(|button| !button.contains("Publish"))
    );

    let stricter = file.text().replace("early_days = 3", "early_days = 1");
    let preview = upload(stricter.as_bytes()).await;
    assert_eq!(preview.status, 200);
    assert!(
        preview
            .texts("main button")
            .iter()
            .any(|button| button == "Publish version 2")
    );

    let broken = upload(b"id = \"otd\"\nname = [").await;
    assert_eq!(broken.status, 422);
    assert!(
        broken.texts(".err-sum a")[0].starts_with("line 2 is not valid TOML"),
        "{:?}",
        broken.texts(".err-sum a")
    );
    assert!(
        broken.texts("#document")[0].contains("name = ["),
        "the text is kept"
    );
    for nothing in [&b""[..], &[0xff, 0xfe, 0x00]] {
        assert_eq!(upload(nothing).await.status, 422);
    }
    let unknown = [
        (
            "document",
            "id = \"otd\"\nname = \"X\"\nmeasure = \"ppm\"\ncolour = 1\n",
        ),
        ("base", "1"),
    ];
    let told = manager.post("/settings/kpis/preview", &unknown).await;
    assert!(
        told.texts(".err-sum a")
            .iter()
            .any(|text| text.starts_with("colour: there is no such field")),
        "{:?}",
        told.texts(".err-sum a")
    );
}

#[db_test]
async fn two_who_edit_at_once_do_not_overwrite_each_other_unseen(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/kpis/ppm/edit").await;
    let mine = with(answers(&form), &[("minimum_n", "500")]);
    let preview = manager.post("/settings/kpis/preview", &fields(&mine)).await;
    let theirs = versions::find::<Definition>(t.db.read(), "ppm")
        .await
        .unwrap()
        .document;
    let theirs = Definition {
        minimum_n: 2_000,
        ..theirs
    };
    definition::publish(&t.keelson, &t.act(), &theirs)
        .await
        .unwrap();

    let told = manager
        .post("/settings/kpis", &fields(&answers(&preview)))
        .await;
    assert_eq!(told.status, 200);
    assert!(told.texts(".notice")[0].contains("Version 2 was published meanwhile"));
    let history = versions::history::<Definition>(t.db.read(), "ppm")
        .await
        .unwrap();
    assert_eq!(
        history[0].document.minimum_n, 2_000,
        "nothing was overwritten"
    );
    let done = manager
        .post("/settings/kpis", &fields(&answers(&told)))
        .await;
    assert_eq!(done.status, 303, "after seeing it, one may");
}

#[db_test]
async fn a_new_kpi_begins_with_the_handbooks_rules(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let choose = manager.get("/settings/kpis/new").await;
    assert_eq!(choose.texts("main .rows .title").len(), 10);
    let form = manager
        .get("/settings/kpis/new?measure=on_time_delivery")
        .await;
    let wrong = with(
        answers(&form),
        &[("id", "On Time"), ("name", "On time, scheduled")],
    );
    let told = manager
        .post("/settings/kpis/preview", &fields(&wrong))
        .await;
    assert!(told.texts("#id-error")[0].contains("lower-case letters"));
    let right = with(
        answers(&form),
        &[
            ("id", "on-time-scheduled"),
            ("name", "On time, scheduled"),
            ("delivery.early_days", "any"),
        ],
    );
    let preview = manager
        .post("/settings/kpis/preview", &fields(&right))
        .await;
    assert_eq!(preview.status, 200, "{:?}", preview.texts(".err-sum a"));
    let done = manager
        .post("/settings/kpis", &fields(&answers(&preview)))
        .await;
    assert_eq!(
        done.location().as_deref(),
        Some("/settings/kpis/on-time-scheduled")
    );
    let made = versions::find::<Definition>(t.db.read(), "on-time-scheduled")
        .await
        .unwrap();
    assert_eq!(
        (made.version, made.document.delivery.unwrap().early_days),
        (1, None)
    );
    assert!(made.by.is_some(), "published by the person");
}
