use keelson_domain::{
    Result, SupplierId,
    suppliers::{
        self, Column, Draft, ListQuery, NewIdentifier, NewSupplier, Owner, Page, Range, Scheme,
        Sort, Status,
    },
};
use keelson_methods::money::Currency;
use keelson_testkit::{TestDb, db_test};
use sea_orm::ConnectionTrait;

use super::{colleague, details, named, read, supplier};

fn euro() -> Currency {
    Currency::parse("EUR").expect("a currency")
}

async fn ask(t: &TestDb, query: ListQuery) -> Result<Page> {
    suppliers::list(t.db.read(), &query, euro()).await
}

async fn names(t: &TestDb, query: ListQuery) -> Result<Vec<String>> {
    Ok(ask(t, query)
        .await?
        .rows
        .into_iter()
        .map(|row| row.name)
        .collect())
}

fn words(text: &str) -> ListQuery {
    ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    }
}

/// What the performance engine would have computed.
async fn figures(
    t: &TestDb,
    id: SupplierId,
    spend: i64,
    score: Option<i64>,
    tier: &str,
) -> Result<()> {
    let score = score.map_or("NULL".to_owned(), |score| score.to_string());
    let tx = t.db.begin().await?;
    tx.execute_unprepared(&format!(
        "INSERT INTO supplier_figures (supplier_id, spend_minor, score_centi, score_delta_centi, tier, abc, grade, \
         score_trend, on_time_ppm, refreshed_at) \
         VALUES ({id}, {spend}, {score}, 120, '{tier}', 'A', 'B', '8000,,{score}', 964000, 0)"
    ))
    .await?;
    tx.commit().await?;
    Ok(())
}

struct Sample {
    norrfjord: SupplierId,
    kessler: SupplierId,
    tidal: SupplierId,
}

async fn sample(t: &TestDb) -> Result<Sample> {
    let norrfjord = supplier(
        t,
        Draft {
            country: "SE".into(),
            city: "Jönköping".into(),
            ..named("Norrfjord Castings AB")
        },
    )
    .await?;
    let kessler = supplier(
        t,
        Draft {
            country: "DE".into(),
            city: "Ulm".into(),
            ..named("Kessler Antriebe GmbH")
        },
    )
    .await?;
    let mut new = NewSupplier::invited(details(&Draft {
        country: "SE".into(),
        ..named("Tidal 100% Polymers_X")
    }));
    new.identifiers =
        vec![NewIdentifier::parse(Scheme::Vat, "DE136695976", None).expect("a VAT number")];
    let tidal = suppliers::create(&t.keelson, &t.act(), &new).await?;
    figures(t, norrfjord, 482_000_000, Some(8_620), "strategic").await?;
    figures(t, kessler, 100_000_000, Some(7_100), "leverage").await?;
    Ok(Sample {
        norrfjord,
        kessler,
        tidal,
    })
}

#[db_test]
async fn words_are_found_in_name_place_number_category_and_identifier(t: TestDb) -> Result<()> {
    let s = sample(&t).await?;
    let castings =
        suppliers::create_category(&t.keelson, &t.act(), "C10", "Drive shafts", None).await?;
    suppliers::set_categories(&t.keelson, &t.act(), s.kessler, &[castings]).await?;
    for (text, expected) in [
        ("norrfjord", vec!["Norrfjord Castings AB"]),
        ("JÖNKÖPING castings", vec!["Norrfjord Castings AB"]),
        ("shafts", vec!["Kessler Antriebe GmbH"]),
        ("S-00002", vec!["Kessler Antriebe GmbH"]),
        ("germany", vec!["Kessler Antriebe GmbH"]),
        ("DE136695976", vec!["Tidal 100% Polymers_X"]),
        ("100%", vec!["Tidal 100% Polymers_X"]),
        ("polymers_", vec!["Tidal 100% Polymers_X"]),
        ("%", vec!["Tidal 100% Polymers_X"]),
        ("nowhere", vec![]),
        ("norrfjord ulm", vec![]),
        ("'; DROP TABLE suppliers; --", vec![]),
    ] {
        assert_eq!(names(&t, words(text)).await?, expected, "{text}");
    }
    Ok(())
}

#[db_test]
async fn within_a_field_any_value_fits_between_fields_all_must(t: TestDb) -> Result<()> {
    let s = sample(&t).await?;
    let ruth = colleague(&t, "Ruth Sandoval").await?;
    suppliers::assign_owner(&t.keelson, &t.act(), s.kessler, Some(ruth)).await?;
    let sweden = suppliers::Country::parse("SE").expect("a country");
    let total = async |query: ListQuery| -> Result<u64> { Ok(ask(&t, query).await?.total) };
    let base = ListQuery::default;
    assert_eq!(total(base()).await?, 3);
    let tiers = vec!["strategic".to_owned(), "leverage".to_owned()];
    assert_eq!(
        total(ListQuery {
            tier: tiers.clone(),
            ..base()
        })
        .await?,
        2
    );
    let both = ListQuery {
        tier: tiers,
        country: vec![sweden],
        ..base()
    };
    assert_eq!(total(both).await?, 1);
    assert_eq!(
        total(ListQuery {
            status: vec![Status::Invited],
            ..base()
        })
        .await?,
        1
    );
    assert_eq!(
        total(ListQuery {
            owner: vec![Owner::Person(ruth)],
            ..base()
        })
        .await?,
        1
    );
    assert_eq!(
        total(ListQuery {
            owner: vec![Owner::Nobody],
            ..base()
        })
        .await?,
        2
    );
    let anybody = ListQuery {
        owner: vec![Owner::Nobody, Owner::Person(ruth)],
        ..base()
    };
    assert_eq!(total(anybody).await?, 3);
    let range = |from, to| Range { from, to };
    assert_eq!(
        total(ListQuery {
            spend: range(Some(1_000_000), None),
            ..base()
        })
        .await?,
        2
    );
    assert_eq!(
        total(ListQuery {
            spend: range(Some(1_000_001), None),
            ..base()
        })
        .await?,
        1
    );
    assert_eq!(
        total(ListQuery {
            score: range(None, Some(71)),
            ..base()
        })
        .await?,
        1
    );
    assert_eq!(
        total(ListQuery {
            score: range(Some(i64::MAX), Some(i64::MIN)),
            ..base()
        })
        .await?,
        0
    );
    assert_eq!(
        total(ListQuery {
            grade: vec!["B".into()],
            abc: vec!["A".into()],
            ..base()
        })
        .await?,
        2
    );
    let counts = suppliers::counts(
        t.db.read(),
        &[
            base(),
            ListQuery {
                country: vec![sweden],
                ..base()
            },
            words("nowhere"),
        ],
        euro(),
    )
    .await?;
    assert_eq!(counts, [3, 2, 0]);
    Ok(())
}

#[db_test]
async fn every_column_sorts_both_ways_with_the_missing_last(t: TestDb) -> Result<()> {
    sample(&t).await?;
    for by in Column::ALL {
        for descending in [false, true] {
            let page = ask(
                &t,
                ListQuery {
                    sort: Sort { by, descending },
                    ..ListQuery::default()
                },
            )
            .await?;
            assert_eq!(page.rows.len(), 3, "{by:?}");
            if matches!(
                by,
                Column::Spend | Column::Score | Column::Trend | Column::Tier | Column::OnTime
            ) {
                assert_eq!(
                    page.rows[2].name, "Tidal 100% Polymers_X",
                    "{by:?} {descending}"
                );
            }
        }
    }
    let by_score = Sort {
        by: Column::Score,
        descending: false,
    };
    let rows = ask(
        &t,
        ListQuery {
            sort: by_score,
            ..ListQuery::default()
        },
    )
    .await?
    .rows;
    assert_eq!(
        (rows[0].score_centi, rows[1].score_centi),
        (Some(7_100), Some(8_620))
    );
    assert_eq!(rows[1].score_trend, [Some(8_000), None, Some(8_620)]);
    Ok(())
}

#[db_test]
async fn totals_are_of_the_whole_list_and_the_mean_is_weighted_by_spend(t: TestDb) -> Result<()> {
    sample(&t).await?;
    let page = ask(&t, ListQuery::default()).await?;
    assert_eq!((page.total, page.spend_minor), (3, Some(582_000_000)));
    // (8620 × 482 + 7100 × 100) / 582 = 8358.83
    assert_eq!(page.score_centi, Some(8_359));
    let nobody = ask(&t, words("nowhere")).await?;
    assert_eq!(
        (nobody.total, nobody.spend_minor, nobody.score_centi),
        (0, None, None)
    );
    assert_eq!((nobody.page, nobody.pages), (1, 1));
    Ok(())
}

#[db_test]
async fn pages_hold_fifty_and_neighbours_cross_them(t: TestDb) -> Result<()> {
    let tx = t.db.begin().await?;
    for n in 0..120 {
        let new = NewSupplier::established(details(&named(&format!("Supplier {n:03}"))));
        suppliers::create_in(&tx, &t.act(), &new).await?;
    }
    tx.commit().await?;
    let by_name = |page| ListQuery {
        sort: Sort {
            by: Column::Name,
            descending: false,
        },
        page,
        ..ListQuery::default()
    };
    let second = ask(&t, by_name(2)).await?;
    assert_eq!(
        (
            second.pages,
            second.rows.len(),
            second.rows[0].name.as_str()
        ),
        (3, 50, "Supplier 050")
    );
    assert_eq!(ask(&t, by_name(u64::MAX)).await?.page, 3);
    assert_eq!(ask(&t, by_name(0)).await?.page, 1);
    let at = second.rows[0].id;
    let around = suppliers::neighbours(t.db.read(), &by_name(1), euro(), at)
        .await?
        .expect("in the list");
    assert_eq!((around.position, around.total), (51, 120));
    assert_eq!(
        read(&t, around.previous.expect("one before"))
            .await?
            .details
            .name
            .as_str(),
        "Supplier 049"
    );
    assert_eq!(around.next, Some(second.rows[1].id));
    assert_eq!(
        suppliers::neighbours(t.db.read(), &words("nowhere"), euro(), at).await?,
        None
    );
    let all = suppliers::every_row(t.db.read(), &by_name(2), euro()).await?;
    assert_eq!((all.len(), all[119].name.as_str()), (120, "Supplier 119"));
    Ok(())
}

#[db_test]
async fn the_filter_panel_offers_what_there_is(t: TestDb) -> Result<()> {
    let s = sample(&t).await?;
    let ruth = colleague(&t, "Ruth Sandoval").await?;
    colleague(&t, "Omar Mansour").await?;
    suppliers::assign_owner(&t.keelson, &t.act(), s.tidal, Some(ruth)).await?;
    let facets = suppliers::facets(t.db.read()).await?;
    let countries: Vec<_> = facets
        .countries
        .iter()
        .map(|country| country.name())
        .collect();
    assert_eq!(countries, ["Germany", "Sweden"]);
    assert_eq!(facets.owners, [(ruth, "Ruth Sandoval".to_owned())]);
    assert_eq!(facets.tiers, ["leverage", "strategic"]);
    assert!(facets.categories.is_empty());
    assert_eq!(s.norrfjord, SupplierId(1));
    Ok(())
}
