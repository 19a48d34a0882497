//! What `train.py` and `models/scores/linking.py` need of the linker.
//!
//! `link-material articles RAW ENRICHED`: articles and their records (JSON Lines) to `link.article/1`.
//! `link-material pairs EVENTS < link.jsonl`: the pairs that the linker would compare, a line each: ids and features.
//! EVENTS is a JSON object of article ids and their true events.
//! `link-material speed < link.jsonl`: articles a second, and bytes of state an open article.
//! `link-material link TABLE SETTING=VALUE... < link.jsonl`: the links and records with the pair model of a table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdin, stdout};

use anyhow::{Context, Result, bail};
use dateline::article::{Hint, Intake, Limits};
use dateline::link::{self, Idf, Input, Linker, Model, Settings, Text};
use dateline::record::{EnrichedArticle, LinkArticle};
use serde_json::json;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(stdout().lock());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["articles", raw, enriched] => articles(raw, enriched, &mut out),
        ["names"] => Ok(writeln!(out, "{}", link::FEATURES.join("\t"))?),
        ["pairs", events] => pairs(events, &mut out),
        ["link", table, ref settings @ ..] => linked(table, settings, &mut out),
        ["speed"] => speed(&mut out),
        _ => bail!("articles RAW ENRICHED, names, pairs EVENTS speed or link TABLE SETTING=VALUE..."),
    }
}

fn articles(raw: &str, enriched: &str, out: &mut impl Write) -> Result<()> {
    let intake = Intake::new(Limits::default());
    let idf = Idf::embedded()?;
    let mut texts = BTreeMap::new();
    for line in BufReader::new(File::open(raw)?).lines() {
        if let Ok(article) = intake.read(line?.as_bytes(), &Hint::default()) {
            texts.insert(article.id.clone(), article);
        }
    }
    for line in BufReader::new(File::open(enriched)?).lines() {
        let record: EnrichedArticle = serde_json::from_str(&line?)?;
        let article = texts.get(&record.article.id).context("a record without its article")?;
        let link = link::article(&record, &Text::of(article), idf);
        writeln!(out, "{}", serde_json::to_string(&link)?)?;
    }
    Ok(())
}

fn read() -> Result<Vec<LinkArticle>> {
    stdin().lock().lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn pairs(events: &str, out: &mut impl Write) -> Result<()> {
    let articles = read()?;
    let events: BTreeMap<String, String> = serde_json::from_reader(BufReader::new(File::open(events)?))?;
    let events: Vec<String> =
        articles.iter().map(|a| events.get(&a.article_id).unwrap_or(&a.article_id).clone()).collect();
    for (a, b, features) in link::pairs(&articles, &events, &Settings::default()) {
        let features: Vec<String> = features.iter().map(|x| format!("{x:.4}")).collect();
        writeln!(out, "{}\t{}\t{}", articles[a].article_id, articles[b].article_id, features.join("\t"))?;
    }
    Ok(())
}

fn linked(table: &str, settings: &[&str], out: &mut impl Write) -> Result<()> {
    let mut chosen = Settings::default();
    for setting in settings {
        let (name, value) = setting.split_once('=').context("SETTING=VALUE")?;
        match name {
            "join" => chosen.join = value.parse()?,
            "merge" => chosen.merge = value.parse()?,
            "grey" => chosen.grey = value.parse()?,
            "keep_days" => chosen.keep_days = value.parse()?,
            _ => bail!("no setting {name}"),
        }
    }
    let mut linker = Linker::new(Model::read(&std::fs::read_to_string(table)?)?, chosen);
    let (mut links, mut events) = (BTreeMap::new(), BTreeMap::new());
    for article in read()? {
        let changes = linker.apply(Input::Article(&article), None);
        linker.commit();
        links.extend(changes.links);
        events.extend(changes.canonical);
    }
    // Revisions that copies alone would have waited for.
    events.extend(linker.events().map(|e| (e.canonical_id.clone(), Some(e))));
    writeln!(out, "{}", json!({"links": links, "events": events}))?;
    Ok(())
}

fn speed(out: &mut impl Write) -> Result<()> {
    let articles = read()?;
    let resident = || -> Result<u64> {
        let pages = std::fs::read_to_string("/proc/self/statm")?;
        Ok(pages.split(' ').nth(1).context("no resident pages")?.parse::<u64>()? * 4096)
    };
    let (before, start) = (resident()?, std::time::Instant::now());
    let mut linker = Linker::new(Model::embedded()?, Settings::default());
    for article in &articles {
        linker.apply(Input::Article(article), None);
        linker.commit();
    }
    let (seconds, bytes) = (start.elapsed().as_secs_f64(), resident()?.saturating_sub(before));
    let (open, events, keys) = linker.sizes();
    writeln!(
        out,
        "{} articles, {:.0} a second; {open} open articles of {events} events, {keys} index entries, {} bytes an open article",
        articles.len(),
        articles.len() as f64 / seconds,
        bytes / open.max(1) as u64
    )?;
    Ok(())
}
