//! The queue on both engines: who takes a job, what becomes of one that fails, and what a worker's death leaves behind.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use keelson_domain::{Result, work};
use keelson_jobs::{CLAIM, Job, JobError, MAX_ATTEMPTS, Worker};
use keelson_testkit::{TestDb, db_test};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// What the jobs of these tests work on.
#[derive(Clone, Default)]
struct Bench {
    done: Arc<Mutex<Vec<u32>>>,
    tries: Arc<AtomicUsize>,
}

/// Notes its number.
#[derive(Serialize, Deserialize)]
struct Note(u32);

impl Job<Bench> for Note {
    const NAME: &'static str = "test.note";

    async fn run(self, bench: &Bench) -> Result<(), JobError> {
        // Long enough that two workers are at work at the same time.
        tokio::time::sleep(Duration::from_millis(2)).await;
        bench.done.lock().await.push(self.0);
        Ok(())
    }
}

/// Fails until it has been tried so often.
#[derive(Serialize, Deserialize)]
struct Stubborn(usize);

impl Job<Bench> for Stubborn {
    const NAME: &'static str = "test.stubborn";

    async fn run(self, bench: &Bench) -> Result<(), JobError> {
        let tries = bench.tries.fetch_add(1, Ordering::SeqCst) + 1;
        if tries < self.0 {
            return Err(format!("try {tries} failed").into());
        }
        Ok(())
    }
}

/// Never ends.
#[derive(Serialize, Deserialize)]
struct Endless;

impl Job<Bench> for Endless {
    const NAME: &'static str = "test.endless";

    async fn run(self, bench: &Bench) -> Result<(), JobError> {
        bench.tries.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[derive(Serialize, Deserialize)]
struct Panicking;

impl Job<Bench> for Panicking {
    const NAME: &'static str = "test.panicking";

    async fn run(self, _: &Bench) -> Result<(), JobError> {
        panic!("this is the test");
    }
}

fn worker(t: &TestDb, bench: &Bench) -> Worker<Bench> {
    work::worker_for(&t.keelson, bench.clone())
        .knows::<Note>()
        .knows::<Stubborn>()
        .knows::<Endless>()
        .knows::<Panicking>()
}

async fn enqueue<J: Job<Bench>>(t: &TestDb, job: &J) -> Result<()> {
    let tx = t.db.begin().await?;
    keelson_jobs::enqueue(&tx, job, t.act().at).await?;
    Ok(tx.commit().await?)
}

/// Names, states and attempts of what is not done.
async fn waiting(t: &TestDb) -> Result<Vec<(String, String, i64)>> {
    let jobs = keelson_jobs::waiting(t.db.read()).await?;
    Ok(jobs
        .into_iter()
        .map(|job| (job.name, job.state, job.attempts))
        .collect())
}

#[db_test]
async fn two_workers_take_each_job_once(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    for number in 0..40 {
        enqueue(&t, &Note(number)).await?;
    }
    let (one, other) = (worker(&t, &bench), worker(&t, &bench));
    let (first, second) = tokio::join!(one.run_due(), other.run_due());
    assert_eq!(first? + second?, 40);
    let mut done = bench.done.lock().await.clone();
    done.sort_unstable();
    assert_eq!(done, (0..40).collect::<Vec<_>>());
    assert_eq!(waiting(&t).await?, []);
    Ok(())
}

#[db_test]
async fn a_job_exists_only_when_its_cause_does(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    let tx = t.db.begin().await?;
    keelson_jobs::enqueue(&tx, &Note(1), t.act().at).await?;
    drop(tx);
    assert_eq!(worker(&t, &bench).run_due().await?, 0);
    assert_eq!(waiting(&t).await?, []);
    Ok(())
}

#[db_test]
async fn a_failed_job_is_tried_again_later_each_time(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    enqueue(&t, &Stubborn(4)).await?;
    let worker = worker(&t, &bench);
    for (attempt, wait) in [(1, 10), (2, 30), (3, 90)] {
        assert_eq!(worker.run_due().await?, 1);
        let state = ("test.stubborn".to_owned(), "waiting".to_owned(), attempt);
        assert_eq!(waiting(&t).await?, [state]);
        t.clock
            .advance(TimeDelta::seconds(wait) - TimeDelta::microseconds(1));
        assert_eq!(worker.run_due().await?, 0, "{wait} seconds are not over");
        t.clock.advance(TimeDelta::microseconds(1));
    }
    assert_eq!(worker.run_due().await?, 1);
    assert_eq!(bench.tries.load(Ordering::SeqCst), 4);
    assert_eq!(waiting(&t).await?, []);
    Ok(())
}

#[db_test]
async fn a_job_that_never_succeeds_is_set_aside_and_the_queue_moves_on(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    enqueue(&t, &Stubborn(usize::MAX)).await?;
    enqueue(&t, &Panicking).await?;
    let worker = worker(&t, &bench);
    for _ in 0..10 {
        worker.run_due().await?;
        t.clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(bench.tries.load(Ordering::SeqCst), MAX_ATTEMPTS as usize);
    let jobs = keelson_jobs::waiting(t.db.read()).await?;
    let told: Vec<(&str, i64, &str)> = jobs
        .iter()
        .map(|job| {
            let error = job.last_error.as_deref().unwrap_or_default();
            (job.state.as_str(), job.attempts, error)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("set_aside", MAX_ATTEMPTS, "try 5 failed"),
            ("set_aside", MAX_ATTEMPTS, "the job panicked")
        ]
    );
    enqueue(&t, &Note(7)).await?;
    assert_eq!(worker.run_due().await?, 1);
    assert_eq!(*bench.done.lock().await, [7]);
    let findings = keelson_domain::operations::check(&t.keelson).await?;
    assert!(
        findings[0].contains("test.stubborn was set aside after 5 attempts"),
        "{findings:?}"
    );
    Ok(())
}

#[db_test]
async fn one_waiting_job_a_key_is_enough(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    let now = t.act().at;
    let once = async |number: u32, key: &str| {
        let tx = t.db.begin().await?;
        keelson_jobs::enqueue_once(&tx, &Note(number), key, now).await?;
        Ok::<_, keelson_domain::Error>(tx.commit().await?)
    };
    once(1, "a").await?;
    once(2, "a").await?;
    once(3, "b").await?;
    let worker = worker(&t, &bench);
    assert_eq!(worker.run_due().await?, 2);
    // What was done stands in nobody's way.
    once(4, "a").await?;
    assert_eq!(worker.run_due().await?, 1);
    assert_eq!(*bench.done.lock().await, [1, 3, 4]);

    let tx = t.db.begin().await?;
    let later = now + TimeDelta::hours(2);
    keelson_jobs::enqueue_once_at(&tx, &Note(5), "a", now, later).await?;
    tx.commit().await?;
    assert_eq!(worker.run_due().await?, 0, "it is not due");
    t.clock.advance(TimeDelta::hours(2));
    assert_eq!(worker.run_due().await?, 1);
    Ok(())
}

/// Lets a worker take the endless job and then die.
async fn killed(t: &TestDb, bench: &Bench) {
    let worker = worker(t, bench);
    let before = bench.tries.load(Ordering::SeqCst);
    let taken = async {
        while bench.tries.load(Ordering::SeqCst) == before {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        ended = worker.run_due() => panic!("it ended: {ended:?}"),
        () = taken => {}
    }
}

#[db_test]
async fn a_dead_workers_job_is_taken_over_when_its_claim_ends(t: TestDb) -> Result<()> {
    let bench = Bench::default();
    enqueue(&t, &Endless).await?;
    killed(&t, &bench).await;
    let claim = TimeDelta::from_std(CLAIM).unwrap();
    t.clock.advance(claim);
    assert_eq!(
        worker(&t, &bench).run_due().await?,
        0,
        "the claim still holds"
    );
    t.clock.advance(TimeDelta::microseconds(1));
    killed(&t, &bench).await;
    let running = ("test.endless".to_owned(), "running".to_owned(), 2);
    assert_eq!(waiting(&t).await?, [running]);
    // A job that takes every worker down with it is set aside like one that fails.
    for _ in 2..MAX_ATTEMPTS {
        t.clock.advance(claim + TimeDelta::seconds(1));
        killed(&t, &bench).await;
    }
    t.clock.advance(claim + TimeDelta::seconds(1));
    assert_eq!(worker(&t, &bench).run_due().await?, 1);
    let aside = keelson_jobs::waiting(t.db.read()).await?.remove(0);
    assert_eq!(aside.state, "set_aside");
    assert_eq!(
        aside.last_error.as_deref(),
        Some("every worker that took this job stopped before it ended")
    );
    Ok(())
}
