//! A service that throttles.

use sentinel_emulator::{Bucket, Fault, FaultAction, Options, Throttling};
use tokio::time::{Duration, Instant};

use super::{assert_written, compiled, list, options, rules};
use crate::in_memory::Workspace;

#[tokio::test(start_paused = true)]
async fn a_storm_of_429s_ends_with_everything_written() {
    let workspace = Workspace::new(options());
    let mut files = rules(0..60, "Low");
    files.push(list("Hosts", (0..20).map(|host| (host, "a"))));
    let compiled = compiled(&files);
    for wait in [1, 5, 17, 2] {
        let throttle = FaultAction::Throttle { retry_after_seconds: wait };
        workspace.emulator.fault(Fault::next(throttle).method("PUT").path("/alertRules/").times(8));
    }
    let start = Instant::now();
    assert_written(&workspace.apply(&compiled).await);
    assert!(start.elapsed() >= Duration::from_secs(25), "every wait is kept: {:?}", start.elapsed());
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn an_apply_larger_than_the_bucket_converges() {
    let small = Bucket { size: 20, refill_per_second: 2 };
    let throttling = Some(Throttling { reads: small, writes: small, deletes: small });
    let workspace = Workspace::new(Options { throttling, ..options() });
    let mut files = rules(0..80, "Low");
    files.push(list("Hosts", (0..60).map(|host| (host, "a"))));
    let first = compiled(&files);
    assert_written(&workspace.apply(&first).await);
    Workspace::assert_settled(&workspace.plan(&first).await);
    // Now one by one: 60 deletes and 60 other rows.
    files.pop();
    files.push(list("Hosts", (60..120).map(|host| (host, "a"))));
    let second = compiled(&files);
    assert_written(&workspace.apply(&second).await);
    Workspace::assert_settled(&workspace.plan(&second).await);
    let throttled = workspace.emulator.requests().iter().filter(|request| request.status == 429).count();
    assert!(throttled < 80, "{throttled} requests were sent into a closed gate");
}
