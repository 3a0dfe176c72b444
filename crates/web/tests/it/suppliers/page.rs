use keelson_domain::{access::Role, suppliers};
use keelson_testkit::{TestApp, TestDb, db_test};

use super::{active, has, refused};

#[db_test]
async fn every_tab_opens_empty_and_names_the_next_step(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    for (tab, says) in [
        ("", "Add the places it delivers from"),
        ("?tab=scorecard", "No scorecard yet"),
        ("?tab=deliveries", "Nothing was measured"),
        ("?tab=documents", "No document yet"),
        ("?tab=people", "Add the person orders and questions go to"),
        ("?tab=activity", "No note yet"),
        ("?tab=nonsense", "Add the places it delivers from"),
    ] {
        let page = manager.get(&format!("/suppliers/{id}{tab}")).await;
        assert_eq!(page.status, 200, "{tab}");
        assert_eq!(page.texts("h1"), ["Norrfjord Castings AB"], "{tab}");
        assert!(page.text().contains(says), "{tab}: {}", page.text());
        assert_eq!(page.texts(".tabs [aria-current]").len(), 1, "{tab}");
    }
    let reader = app.signed_in_as(Role::Auditor).await;
    let page = reader.get(&format!("/suppliers/{id}")).await;
    assert!(
        page.texts("main form, main a[href$='/edit'], main a[href$='/new']")
            .is_empty(),
        "who may not edit is offered nothing to edit"
    );
}

#[db_test]
async fn an_identifier_that_cannot_be_one_is_refused_at_its_field(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Siemens", "DE", "München").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = format!("/suppliers/{id}/identifiers/new");
    let send = async |scheme: &str, value: &str, country: &str| {
        let fields = [("scheme", scheme), ("value", value), ("country", country)];
        manager.post(&form, &fields).await
    };
    for (scheme, value) in [
        ("lei", "5493001KJTIIGC8Y1R13"),
        ("iban", "DE89370400440532013001"),
        ("vat", "DE12345"),
        ("duns", "12345678"),
        ("registration", "?"),
    ] {
        let answer = send(scheme, value, "DE").await;
        let why = refused(&answer, "value");
        assert!(why.len() > 20, "{scheme}: {why}");
        assert_eq!(
            answer.attribute("#value", "value").as_deref(),
            Some(value),
            "the answer is kept"
        );
    }
    refused(&send("registration", "HRB 6684", "").await, "country");
    let nothing = manager.post(&form, &[("value", "1")]).await;
    assert!(has(&nothing, ".err-sum", "Choose what the number is"));

    for (scheme, value) in [
        ("lei", "W38RGI023J3WT1HWRP32"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("vat", "DE 129 273 398"),
        ("duns", "31-609-6284"),
        ("registration", "HRB 6684"),
    ] {
        let answer = send(scheme, value, "DE").await;
        assert_eq!(answer.status, 303, "{scheme}: {}", answer.text());
    }
    let page = manager.get(&format!("/suppliers/{id}")).await;
    let rows = page.texts("#identifiers tbody tr");
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(
        !page.text().contains("DE89370400440532013000"),
        "of a bank account only a part is shown"
    );
    refused(&send("duns", "316096284", "").await, "value");

    let kept = suppliers::identifiers(t.db.read(), id).await.unwrap();
    let remove = format!("/suppliers/{id}/identifiers/{}/removal", kept[0].id);
    assert_eq!(manager.post(&remove, &[]).await.status, 303);
    assert_eq!(manager.post(&remove, &[]).await.status, 404);
    let page = manager.get(&format!("/suppliers/{id}")).await;
    assert_eq!(page.texts("#identifiers tbody tr").len(), 4);
}

#[db_test]
async fn contacts_and_sites_are_added_corrected_and_closed(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let home = format!("/suppliers/{id}");
    let wrong = [("name", ""), ("email", "marta"), ("lead", "on")];
    let answer = manager.post(&format!("{home}/contacts/new"), &wrong).await;
    refused(&answer, "name");
    refused(&answer, "email");

    let marta = [("name", "Marta Ekström"), ("role", "Sales"), ("lead", "on")];
    let answer = manager.post(&format!("{home}/contacts/new"), &marta).await;
    let page = manager.follow(answer).await;
    assert_eq!(page.texts(".tabs [aria-current]"), ["People"]);
    assert!(has(
        &page,
        "#contacts tbody th",
        "Marta Ekström Call first Sales"
    ));
    let edit = page
        .attribute("#contacts tbody a.btn", "href")
        .expect("a contact can be edited");
    let form = manager.get(&edit).await;
    assert_eq!(
        form.attribute("#name", "value").as_deref(),
        Some("Marta Ekström")
    );
    let corrected = [("name", "Märta Ekström"), ("phone", "+46 36 123456")];
    let page = manager.follow(manager.post(&edit, &corrected).await).await;
    assert!(has(&page, "#contacts tbody tr", "+46"));
    assert!(!has(&page, "#contacts tbody tr", "Call first: Call"));
    let departure = edit.replace("/edit", "/departure");
    let page = manager.follow(manager.post(&departure, &[]).await).await;
    assert!(has(&page, "#contacts tbody tr", "Has left"));
    assert_eq!(manager.get(&edit).await.status, 404, "who left stays as is");

    let foundry = [("name", "Foundry"), ("city", "Vetlanda"), ("country", "SE")];
    let answer = manager.post(&format!("{home}/sites/new"), &foundry).await;
    let page = manager.follow(answer).await;
    assert!(has(&page, "#sites tbody tr", "Foundry"));
    let edit = page.attribute("#sites tbody a.btn", "href").unwrap();
    let moved = [("name", "Foundry"), ("city", "Eksjö"), ("country", "SE")];
    let page = manager.follow(manager.post(&edit, &moved).await).await;
    assert!(has(&page, "#sites tbody tr", "Eksjö"));
    let closure = edit.replace("/edit", "/closure");
    let page = manager.follow(manager.post(&closure, &[]).await).await;
    assert!(has(&page, "#sites tbody tr", "Closed"));

    let activity = manager.get(&format!("{home}?tab=activity")).await;
    for deed in [
        "added the contact Marta Ekström",
        "edited the contact Märta Ekström",
        "edited the site Foundry",
        "closed a site",
    ] {
        assert!(has(&activity, "#activity li", deed), "{deed}");
    }
}

#[db_test]
async fn ratings_categories_owner_and_parent_are_set_with_reasons_at_the_field(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let group = active(&app, "Norrfjord Group AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let home = format!("/suppliers/{id}");

    let wrong = [("innovation_potential", "4"), ("disruption_risk", "101")];
    let answer = manager.post(&format!("{home}/ratings"), &wrong).await;
    refused(&answer, "innovation_evidence");
    refused(&answer, "disruption_risk");
    let right = [("business_impact", "5"), ("market_hhi", "0.18")];
    let page = manager
        .follow(manager.post(&format!("{home}/ratings"), &right).await)
        .await;
    assert!(has(&page, "#ratings", "5 of 5"));
    assert!(has(&page, "#ratings", "0.18"));

    let new = [("new_code", "C-10"), ("new_name", "Castings")];
    let page = manager
        .follow(manager.post(&format!("{home}/categories"), &new).await)
        .await;
    assert!(has(&page, "#categories li", "Castings Main"));
    refused(
        &manager.post(&format!("{home}/categories"), &new).await,
        "new_code",
    );

    let me = manager.person.unwrap().to_string();
    let page = manager
        .follow(
            manager
                .post(&format!("{home}/owner"), &[("owner", &me)])
                .await,
        )
        .await;
    assert!(has(&page, "#relation", "supplier_manager"));
    let nobody = [("owner", "4000000000")];
    refused(
        &manager.post(&format!("{home}/owner"), &nobody).await,
        "owner",
    );

    let parent = format!("{home}/parent");
    let wrong = [("parent", "Unheard of Ltd"), ("share", "120")];
    let answer = manager.post(&parent, &wrong).await;
    refused(&answer, "parent");
    refused(&answer, "share");
    let several = manager.post(&parent, &[("parent", "Norrfjord")]).await;
    assert_eq!(several.status, 422);
    assert_eq!(several.texts("#chosen label").len(), 2);
    let chosen = [
        ("parent", "Norrfjord"),
        ("chosen", &*group.to_string()),
        ("share", "51"),
    ];
    let page = manager.follow(manager.post(&parent, &chosen).await).await;
    assert!(has(&page, "#relation a", "Norrfjord Group AB"));
    assert!(has(&page, "#relation", "51% of it"));
    let circle = [("parent", "S-00001")];
    let answer = manager
        .post(&format!("/suppliers/{group}/parent"), &circle)
        .await;
    assert!(refused(&answer, "parent").contains("cannot belong to itself"));
    let group_page = manager.get(&format!("/suppliers/{group}")).await;
    assert!(has(&group_page, "#group", "Norrfjord Castings AB"));
}

#[db_test]
async fn a_supplier_walks_the_path_and_is_blocked_only_with_a_reason(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let steps = format!("/suppliers/{id}/steps");
    let page = manager.get(&format!("/suppliers/{id}")).await;
    assert_eq!(page.texts("[aria-current=step]"), ["5 Active"]);
    let form = manager.get(&format!("{steps}?step=block")).await;
    assert!(form.attribute("input[value=block]", "checked").is_some());
    refused(&manager.post(&steps, &[("step", "block")]).await, "reason");
    let nothing = manager.post(&steps, &[]).await;
    assert!(has(&nothing, ".err-sum", "Choose a step"));
    let blocked = [("step", "block"), ("reason", "Fire in the foundry")];
    let page = manager.follow(manager.post(&steps, &blocked).await).await;
    assert!(has(&page, ".flash", "Norrfjord Castings AB is blocked now"));
    assert!(has(&page, ".notice", "Blocked. Fire in the foundry"));
    assert_eq!(
        manager.post(&steps, &[("step", "approve")]).await.status,
        409,
        "a step that does not fit is told, not taken"
    );
    let page = manager
        .follow(manager.post(&steps, &[("step", "unblock")]).await)
        .await;
    assert_eq!(page.texts("[aria-current=step]"), ["5 Active"]);
    let buyer = app.signed_in_as(Role::Buyer).await;
    assert_eq!(buyer.post(&steps, &blocked).await.status, 404);
}

#[db_test]
async fn internal_and_shared_notes_are_told_apart(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let notes = format!("/suppliers/{id}/notes");
    let empty = manager
        .post(&notes, &[("body", " "), ("readers", "internal")])
        .await;
    refused(&empty, "body");
    assert_eq!(empty.texts(".tabs [aria-current]"), ["Activity"]);
    let unsaid = manager.post(&notes, &[("body", "To whom?")]).await;
    assert!(has(&unsaid, "#readers", "Choose who reads the note"));
    assert_eq!(unsaid.texts("#body"), ["To whom?"], "the answer is kept");
    for (body, readers) in [("They may close", "internal"), ("See you Monday", "both")] {
        let answer = manager
            .post(&notes, &[("body", body), ("readers", readers)])
            .await;
        assert_eq!(answer.status, 303);
    }
    let activity = format!("/suppliers/{id}?tab=activity");
    let page = manager.get(&activity).await;
    assert!(has(&page, ".notes .internal", "They may close"));
    assert!(has(&page, ".notes .internal", "Internal"));
    assert!(has(&page, ".notes .shared", "Supplier reads this"));
    let shared = manager.get(&format!("{activity}&notes=shared")).await;
    assert_eq!(shared.texts(".notes .body"), ["See you Monday"]);

    let marta = app.signed_in_for(id, Role::SupplierAdministrator).await;
    let home = marta.get("/portal").await;
    assert_eq!(home.status, 200);
    assert!(!home.text().contains("They may close"));
    let colleague = app.signed_in_as(Role::SupplierManager).await;
    let page = colleague.get(&activity).await;
    assert!(
        page.texts(".notes form").is_empty(),
        "only its author withdraws a note"
    );
}

#[db_test]
async fn documents_are_kept_opened_and_withdrawn(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = active(&app, "Norrfjord Castings AB", "SE", "Jönköping").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let documents = format!("/suppliers/{id}/documents");
    let content: &[u8] = b"%PDF-1.7\n1 0 obj\n";
    let send = async |name: &'static str, from: &'static str, to: &'static str| {
        let parts: [(&str, Option<&str>, &[u8]); 4] = [
            ("file", Some(name), content),
            ("kind", None, b"certificate"),
            ("valid_from", None, from.as_bytes()),
            ("valid_to", None, to.as_bytes()),
        ];
        manager.post_files(&documents, &parts).await
    };
    refused(&send("", "", "").await, "file");
    refused(&send("iso.pdf", "31 February 2027", "").await, "valid_from");
    refused(
        &send("iso.pdf", "2027-02-01", "2027-01-01").await,
        "valid_to",
    );
    refused(&send("iso.docx", "", "").await, "file");
    let page = manager
        .follow(send("ISO 9001.pdf", "1 Jan 2026", "31 Dec 2030").await)
        .await;
    assert_eq!(page.texts(".tabs [aria-current]"), ["Documents"]);
    assert!(has(&page, "#documents tbody tr", "Certificate · Internal"));
    assert!(has(&page, "#documents tbody tr", "31 Dec 2030"));
    let href = page.attribute("#documents a.name", "href").unwrap();
    let file = manager.get(&href).await;
    assert_eq!(file.body, content);
    assert!(
        file.header("content-disposition")
            .is_some_and(|said| said.starts_with("attachment"))
    );
    let page = manager
        .follow(manager.post(&format!("{href}/withdrawal"), &[]).await)
        .await;
    assert!(page.text().contains("No document yet"));
    assert_eq!(manager.get(&href).await.status, 404);
}

#[db_test]
async fn a_record_leads_on_through_the_list_one_came_from(t: TestDb) {
    let app = TestApp::new(&t).await;
    for (name, city) in [
        ("Alder AB", "Lund"),
        ("Birch AB", "Lund"),
        ("Cedar AB", "Kiruna"),
    ] {
        active(&app, name, "SE", city).await;
    }
    let reader = app.signed_in_as(Role::Buyer).await;
    let list = reader.get("/suppliers?q=lund&sort=name").await;
    assert_eq!(list.texts(".list tbody .name"), ["Alder AB", "Birch AB"]);
    let first = list.attribute(".list tbody a.name", "href").unwrap();
    let page = reader.get(&first).await;
    assert!(page.attribute("a[rel=prev]", "href").is_none());
    let next = page.attribute("a[rel=next]", "href").unwrap();
    let page = reader.get(&next).await;
    assert_eq!(page.texts("h1"), ["Birch AB"]);
    assert!(
        page.attribute("a[rel=next]", "href").is_none(),
        "Cedar is not in that list"
    );
    let tab = page.attribute(".tabs a:nth-child(5)", "href").unwrap();
    let people = reader.get(&tab).await;
    let back = people.attribute("a[rel=prev]", "href").unwrap();
    assert!(back.contains("tab=people"), "{back}: the tab stays");
    assert_eq!(reader.get(&back).await.texts("h1"), ["Alder AB"]);
    assert!(
        reader
            .get("/suppliers/1")
            .await
            .attribute("a[rel=prev], a[rel=next]", "href")
            .is_none(),
        "who came from nowhere is led nowhere"
    );
}
