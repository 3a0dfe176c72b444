//! The portal, read by selector: what a supplier sees and does, and what it never sees.

mod scene;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use keelson_domain::{
    SupplierId,
    access::Role,
    suppliers::{self, Reader},
};
use keelson_testkit::{Answer, TestApp, TestDb, Visitor, db_test};
use keelson_web::routes;

use self::scene::{A_MONTH, CANARY, IBAN, LATE, address_of, judge, scene, supplier};

const LINES: &str = "/portal/scorecard/lines?kpi=otif-line&period=2025-Q4";

/// The application with jobs nobody waits for.
async fn portal(t: &TestDb) -> TestApp {
    let mut app = TestApp::new(t).await;
    app.leave_jobs();
    app
}

async fn administrator(app: &TestApp, supplier: SupplierId) -> Visitor<'_> {
    app.signed_in_for(supplier, Role::SupplierAdministrator)
        .await
}

fn has(answer: &Answer, selector: &str, text: &str) -> bool {
    answer
        .texts(selector)
        .iter()
        .any(|found| found.contains(text))
}

/// Every address of the portal that can be read, with each parameter and question that matters.
fn every_page(scene: &scene::Scene) -> Vec<String> {
    let mut pages: Vec<String> = routes()
        .list()
        .into_iter()
        .filter(|route| route.method == "GET" && route.path.starts_with("/portal"))
        .map(|route| route.path.replace("{document}", &scene.shared.to_string()))
        .collect();
    assert!(pages.iter().all(|page| !page.contains('{')), "{pages:?}");
    pages.extend(["2025-Q3", "2025-Q4"].map(|period| format!("/portal/scorecard?period={period}")));
    for kpi in [
        "otif-line",
        "otd",
        "ppm",
        "ppv",
        "invoice-accuracy",
        "lead-time-bias",
    ] {
        for only in ["", "met", "missed", "left_out"] {
            pages.push(format!(
                "/portal/scorecard/lines?kpi={kpi}&period=2025-Q4&only={only}"
            ));
        }
    }
    pages
}

#[db_test]
async fn home_says_what_to_do_and_how_one_stands(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    judge(&t, &scene, "2025-Q3", true).await;
    judge(&t, &scene, "2025-Q4", true).await;
    let reader = administrator(&app, scene.own).await;

    let home = reader.get("/portal").await;
    assert_eq!(home.status, 200);
    assert_eq!(home.texts(".p-nav [aria-current=page]"), ["Home"]);
    assert_eq!(home.texts(".p-hello p"), ["Four things need you."]);
    assert_eq!(
        home.texts("#todo .tasks .title"),
        [
            "Upload a new version of ISO 14001.pdf",
            "Read your scorecard for Q4 2025",
            "Complete your address",
            "Name somebody to write to",
        ]
    );
    assert_eq!(
        home.attribute("#todo li:nth-child(2) a", "href").as_deref(),
        Some("/portal/scorecard?period=2025-Q4")
    );
    assert!(has(&home, "#documents td", "Ends in 49 days"));
    assert_eq!(home.texts("#notes .note"), ["The new furnace looks good."]);
    assert!(has(&home, "#people dd", "category_manager"));
    assert!(
        home.text().contains("class=\"tick\""),
        "the bars are marked"
    );

    // What is read is no longer new after a month, what has ended is late.
    t.clock.advance(TimeDelta::days(60));
    let reader = administrator(&app, scene.own).await;
    let home = reader.get("/portal").await;
    assert!(!has(&home, "#todo .title", "Read your scorecard"));
    assert!(has(&home, "#todo .badge.bad", "Late"));
    assert_eq!(
        home.texts(".p-hello p"),
        ["Three things need you. One of them is late."]
    );
}

#[db_test]
async fn a_scorecard_is_seen_once_it_is_shared(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    judge(&t, &scene, "2025-Q4", false).await;
    let reader = administrator(&app, scene.own).await;
    let before = reader.get("/portal/scorecard").await;
    assert_eq!(before.status, 200);
    assert_eq!(before.texts(".blank h2"), ["No scorecard yet"]);
    for hidden in ["/portal/scorecard?period=2025-Q4", LINES] {
        assert_eq!(reader.get(hidden).await.status, 404, "{hidden}");
    }

    judge(&t, &scene, "2025-Q3", true).await;
    judge(&t, &scene, "2025-Q4", true).await;
    let page = reader.get("/portal/scorecard").await;
    assert_eq!(page.texts("h1"), ["Scorecard Q4 2025"]);
    let heads: BTreeSet<String> = page.texts("#kpi-table thead th").into_iter().collect();
    for head in [
        "Value",
        "Target",
        "Points",
        "Weight",
        "Observations",
        "95 % interval",
        "Trend",
    ] {
        assert!(heads.contains(head), "{heads:?}");
    }
    let otif = page
        .texts("#kpi-table tbody tr")
        .into_iter()
        .find(|row| row.contains("91.7%"))
        .expect("66 of 72 lines on time and in full");
    assert!(otif.contains("98.0%") && otif.contains("72"), "{otif}");
    assert!(
        has(&page, "#kpi-table .missing", "Nothing happened")
            || has(&page, "#kpi-table td", "Nothing happened"),
        "a missing value says why"
    );
    assert_eq!(
        page.texts("#history-table tbody th a"),
        ["Q4 2025", "Q3 2025"]
    );
    assert_eq!(page.texts("#history-table [aria-current]"), ["Q4 2025"]);
    assert!(
        page.text().contains("<figure class=\"chart\">"),
        "two periods make a trend"
    );

    let older = reader.get("/portal/scorecard?period=2025-Q3").await;
    assert_eq!(older.texts("h1"), ["Scorecard Q3 2025"]);
    for none in ["2025-Q1", "nonsense", "2025"] {
        let answer = reader
            .get(&format!("/portal/scorecard?period={none}"))
            .await;
        assert_eq!(answer.status, 404, "{none}");
    }
}

#[db_test]
async fn a_figure_opens_to_exactly_its_own_lines(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    judge(&t, &scene, "2025-Q4", true).await;
    let reader = administrator(&app, scene.own).await;
    let (all, late) = (3 * A_MONTH, 3 * LATE);

    let card = reader.get("/portal/scorecard").await;
    let opened = card
        .attribute("#kpi-table a[href*='kpi=otif-line']", "href")
        .expect("the figure opens");
    assert_eq!(opened, LINES);
    let page = reader.get(&opened).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.texts(".kpis .v"),
        [
            "91.7%".to_owned(),
            (all - late).to_string(),
            late.to_string(),
            "0".to_owned()
        ]
    );
    assert_eq!(
        page.texts(".tabs .count"),
        [
            all.to_string(),
            (all - late).to_string(),
            late.to_string(),
            "0".to_owned()
        ]
    );
    assert!(page.texts(".notice").is_empty(), "each line counts one");

    let mut numbers = BTreeSet::new();
    for at in 1..=3 {
        let page = reader.get(&format!("{LINES}&rows=25&page={at}")).await;
        numbers.extend(page.texts("#lines tbody th"));
    }
    let expected: BTreeSet<String> = (10..=12)
        .flat_map(|month| (0..A_MONTH).map(move |at| (month, at)))
        .map(|(month, at)| format!("PO-{}-{month:02}{at:02} / 1", scene.own))
        .collect();
    assert_eq!(numbers, expected);

    let missed = reader.get(&format!("{LINES}&only=missed")).await;
    assert_eq!(missed.texts("#lines tbody tr").len(), late as usize);
    assert!(
        missed
            .texts("#lines tbody td:last-child")
            .iter()
            .all(|verdict| verdict == "Missed Late")
    );
    let none = reader.get(&format!("{LINES}&only=left_out")).await;
    assert_eq!(none.texts(".blank h2"), ["No lines here"]);
    let beyond = reader.get(&format!("{LINES}&rows=25&page=99")).await;
    assert_eq!(
        beyond.texts("[aria-label=Pages] [aria-current=page]"),
        ["3"]
    );

    for foreign in ["kpi=nothing&period=2025-Q4", "kpi=otif-line&period=2025-Q1"] {
        let answer = reader
            .get(&format!("/portal/scorecard/lines?{foreign}"))
            .await;
        assert_eq!(answer.status, 404, "{foreign}");
    }
    // Without a figure there is nothing to open, and the way goes back to the figures.
    let nothing = reader.get("/portal/scorecard/lines").await;
    assert_eq!(nothing.location().as_deref(), Some("/portal/scorecard"));
}

#[db_test]
async fn the_own_profile_is_read_and_kept_right(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    let reader = administrator(&app, scene.own).await;
    let profile = reader.get("/portal/profile").await;
    assert!(has(&profile, "#company dd", "Norrfjord Castings AB"));
    assert!(has(&profile, "#identifiers dd", "DE89 … 3000"));
    assert!(
        !profile.text().contains(IBAN),
        "a bank account is shown in part"
    );

    let version = |page: &Answer| page.attribute("input[name=version]", "value").unwrap();
    let form = reader.get("/portal/profile/address").await;
    let old = version(&form);
    let wrong = reader
        .post(
            "/portal/profile/address",
            &[
                ("version", &old),
                ("city", "Jönköping"),
                ("website", "no site"),
            ],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.texts("title")[0].starts_with("Error:"));
    assert_eq!(
        wrong.texts(".err-sum a").len(),
        2,
        "{:?}",
        wrong.texts(".err-sum")
    );
    assert_eq!(
        wrong.attribute("#city", "value").as_deref(),
        Some("Jönköping"),
        "answers are kept"
    );
    assert_eq!(address_of(&t, scene.own).await.city, "");

    let answers = |version| {
        [
            ("version", version),
            ("address", "Gjutarvägen 4"),
            ("city", "Jönköping"),
            ("phone", "+46 36 12 34 56"),
        ]
    };
    let saved = reader.post("/portal/profile/address", &answers(&old)).await;
    let saved = reader.follow(saved).await;
    assert!(has(&saved, ".flash", "Your address is saved."));
    assert!(has(&saved, "#address dd", "Gjutarvägen 4"));
    let kept = address_of(&t, scene.own).await;
    assert_eq!(
        (kept.name.as_str(), kept.city.as_str()),
        ("Norrfjord Castings AB", "Jönköping")
    );
    let late = [
        ("version", old.as_str()),
        ("address", "Elsewhere 1"),
        ("city", "Oslo"),
    ];
    let late = reader.post("/portal/profile/address", &late).await;
    assert_eq!(late.status, 422);
    assert!(has(&late, ".notice", "changed meanwhile"));
    assert_eq!(address_of(&t, scene.own).await.city, "Jönköping");
    let sneaky = [
        ("version", version(&late).leak() as &str),
        ("name", "Another Name"),
    ];
    assert_eq!(
        reader.post("/portal/profile/address", &sneaky).await.status,
        422
    );
}

#[db_test]
async fn own_contacts_come_lead_and_leave(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    let reader = administrator(&app, scene.own).await;
    let wrong = reader
        .post(
            "/portal/profile/contacts",
            &[("name", " "), ("email", "nobody")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.texts(".err-sum a").len(), 2);
    for name in ["Marta Ekström", "Nils Berg"] {
        let added = reader
            .post(
                "/portal/profile/contacts",
                &[
                    ("name", name),
                    ("email", "a@norrfjord.example"),
                    ("lead", "on"),
                ],
            )
            .await;
        assert_eq!(added.location().as_deref(), Some("/portal/profile"));
    }
    let contacts = suppliers::contacts(t.db.read(), scene.own).await.unwrap();
    assert_eq!(
        contacts.iter().filter(|contact| contact.lead).count(),
        1,
        "one is called first"
    );
    let marta = contacts
        .iter()
        .find(|contact| contact.name == "Marta Ekström")
        .unwrap()
        .id;
    reader
        .post(&format!("/portal/profile/contacts/{marta}/lead"), &[])
        .await;
    let page = reader.get("/portal/profile").await;
    assert!(page.texts("#contacts-table tbody th")[0].contains("Marta Ekström"));
    reader
        .post(&format!("/portal/profile/contacts/{marta}/departure"), &[])
        .await;
    let page = reader.get("/portal/profile").await;
    assert!(
        page.texts("#contacts-table tbody tr")
            .last()
            .unwrap()
            .contains("Left")
    );

    let foreign = suppliers::contacts(t.db.read(), scene.other).await.unwrap();
    for id in [foreign[0].id.to_string(), "4000000000".to_owned()] {
        for what in ["lead", "departure"] {
            let answer = reader
                .post(&format!("/portal/profile/contacts/{id}/{what}"), &[])
                .await;
            assert_eq!(answer.status, 404);
        }
    }
    assert_eq!(
        suppliers::contacts(t.db.read(), scene.other).await.unwrap(),
        foreign
    );
}

#[db_test]
async fn documents_are_shared_both_ways(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    let reader = app.signed_in_for(scene.own, Role::SupplierMember).await;
    let page = reader.get("/portal/documents").await;
    assert_eq!(page.texts("#documents-table tbody th"), ["ISO 14001.pdf"]);
    assert!(
        has(&page, "#documents-table td", "Aldermark"),
        "which of its people uploaded it stays its own"
    );

    let file = reader
        .get(&format!("/portal/documents/{}", scene.shared))
        .await;
    assert_eq!(file.status, 200);
    assert_eq!(file.body, b"%PDF-1.7 a certificate");
    assert_eq!(file.header("content-type"), Some("application/pdf"));
    let disposition = file.header("content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"ISO 14001.pdf\""),
        "{disposition}"
    );
    let missing = reader.get("/portal/documents/4000000000").await;
    assert_eq!(missing.status, 404);
    for hidden in [scene.internal, scene.foreign] {
        let answer = reader.get(&format!("/portal/documents/{hidden}")).await;
        assert_eq!(
            (answer.status, &answer.body),
            (missing.status, &missing.body),
            "{hidden}"
        );
    }

    let send = async |file: &str, content: &[u8], valid_to: &str| {
        let parts: [(&str, Option<&str>, &[u8]); 4] = [
            ("file", Some(file), content),
            ("kind", None, b"insurance"),
            ("valid_from", None, b""),
            ("valid_to", None, valid_to.as_bytes()),
        ];
        reader.post_files("/portal/documents", &parts).await
    };
    for (file, content, valid_to, field) in [
        ("", &b""[..], "", "file"),
        ("policy.exe", b"MZ", "", "file"),
        ("policy.pdf", b"no pdf at all", "", "file"),
        ("policy.pdf", b"%PDF-1.7", "31 February 2027", "valid_to"),
    ] {
        let answer = send(file, content, valid_to).await;
        assert_eq!(answer.status, 422, "{file} {valid_to}");
        assert!(answer.texts("title")[0].starts_with("Error:"));
        let link = answer.attribute(".err-sum a", "href").unwrap();
        assert_eq!(link, format!("#{field}"), "{file}");
    }
    let added = send("policy.pdf", b"%PDF-1.7 cover", "31 Jan 2027").await;
    let page = reader.follow(added).await;
    assert_eq!(
        page.texts("#documents-table tbody th"),
        ["policy.pdf", "ISO 14001.pdf"]
    );
    let held = suppliers::documents(t.db.read(), scene.own, Reader::Colleague)
        .await
        .unwrap();
    let policy = held
        .iter()
        .find(|document| document.name == "policy.pdf")
        .unwrap();
    assert!(policy.shared && policy.valid_to == Some(scene::day("2027-01-31")));
}

#[db_test]
async fn nothing_internal_and_nothing_foreign_reaches_a_page(t: TestDb) {
    let app = portal(&t).await;
    let scene = scene(&t, &app).await;
    judge(&t, &scene, "2025-Q3", true).await;
    judge(&t, &scene, "2025-Q4", true).await;
    let canary = CANARY.to_lowercase();
    for role in [Role::SupplierAdministrator, Role::SupplierMember] {
        let reader = app.signed_in_for(scene.own, role).await;
        for page in every_page(&scene) {
            let answer = reader.get(&page).await;
            let text = answer.text().to_lowercase();
            assert!(!text.contains(&canary), "{role:?} {page} holds a canary");
            let foreign = format!("po-{}-", scene.other);
            assert!(
                !text.contains(&foreign),
                "{role:?} {page} holds a line of another supplier"
            );
            assert!(
                !text.contains(&IBAN.to_lowercase()),
                "{role:?} {page} holds a whole bank account"
            );
            for tier in ["strategic", "leverage", "bottleneck", "routine", "kraljic"] {
                assert!(!text.contains(tier), "{role:?} {page} names a tier");
            }
            let headers = format!("{:?}", answer.headers).to_lowercase();
            assert!(
                !headers.contains(&canary),
                "{role:?} {page} holds a canary in a header"
            );
        }
    }
    // The canaries are there: the other supplier's own people see theirs.
    let other = administrator(&app, scene.other).await;
    for page in ["/portal", "/portal/documents", "/portal/profile", LINES] {
        assert!(other.get(page).await.text().contains(CANARY), "{page}");
    }
}

#[db_test]
async fn a_supplier_about_whom_nothing_is_known_reads_empty_pages(t: TestDb) {
    let app = portal(&t).await;
    let bare = supplier(&t, "Bare & Sons <Ltd>").await;
    let reader = app.signed_in_for(bare, Role::SupplierMember).await;
    for (page, selector, says) in [
        ("/portal", ".p-hello p", "Nothing needs you today."),
        ("/portal", "#scorecard p", "has not shared a scorecard"),
        ("/portal", "#people p", "Nobody looks after you"),
        ("/portal/scorecard", ".blank h2", "No scorecard yet"),
        ("/portal/documents", ".blank h2", "No documents yet"),
        ("/portal/profile", "#sites p", "No sites are on record."),
        ("/portal/profile", "#contacts p", "Nobody is on record."),
    ] {
        let answer = reader.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(
            has(&answer, selector, says),
            "{page}: {:?}",
            answer.texts(selector)
        );
        assert!(!answer.text().contains("<Ltd>"), "names stay text");
    }
    // A member reads; the company's administrator edits.
    let profile = reader.get("/portal/profile").await;
    assert!(!profile.text().contains("/portal/profile/address"));
    assert_eq!(reader.get("/portal/profile/address").await.status, 404);
    assert_eq!(
        reader
            .post("/portal/profile/contacts", &[("name", "A B")])
            .await
            .status,
        404
    );
}
