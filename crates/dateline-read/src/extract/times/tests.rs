//! Tables of sentences and the times they must give, read through the real engine.

use super::TimeMention;
use crate::extract::testing;
use crate::record::{Granularity, TimeAnchor, TimeMod, Timex, TimexType};

/// The day on which the test stories are written: a Thursday.
const THURSDAY: Option<&str> = Some("2022-02-03");

fn times(text: &str, date: Option<&str>) -> (Vec<TimeMention>, &'static str) {
    let story = testing::read(text, date);
    (testing::times(&story), story.doc.text())
}

/// Expects these words and values, in order.
fn check(text: &str, expect: &[(&str, &str)]) {
    check_on(text, THURSDAY, expect);
}

fn check_on(text: &str, date: Option<&str>, expect: &[(&str, &str)]) {
    let story = testing::read(text, date);
    let found = testing::times(&story);
    let found: Vec<(&str, String)> =
        found.iter().map(|t| (story.doc.span_text(t.tokens.clone()), t.timex.value.to_string())).collect();
    let expect: Vec<(&str, String)> = expect.iter().map(|(words, value)| (*words, (*value).to_owned())).collect();
    assert_eq!(found, expect, "\nin `{text}`");
}

fn only(text: &str) -> Timex {
    let story = testing::read(text, THURSDAY);
    let found = testing::times(&story);
    assert_eq!(found.len(), 1, "exactly one time in `{text}`: {found:?}");
    found[0].timex.record(story.doc)
}

#[test]
fn the_tense_tells_which_saturday() {
    check("They were called on Saturday.", &[("Saturday", "2022-01-29")]);
    check("A strike was called for Saturday.", &[("Saturday", "2022-02-05")]);
}

#[test]
fn what_is_appointed_lies_ahead() {
    check("The mayor refused to open the gate by Sunday.", &[("Sunday", "2022-02-06")]);
    check("The minister promised a reply by Monday.", &[("Monday", "2022-02-07")]);
    check("A march announced for Tuesday was banned.", &[("Tuesday", "2022-02-08")]);
    check("The judges gave the miners until Friday to leave.", &[("Friday", "2022-02-04")]);
    check("The vote was postponed until Saturday.", &[("Saturday", "2022-02-05")]);
    check("By Tuesday, nine miners had died.", &[("Tuesday", "2022-02-01")]);
    check("Divers searched the lake until Sunday.", &[("Sunday", "2022-01-30")]);
    check("The king summoned a clerk to testify on March 3.", &[("March 3", "2022-03-03")]);
    check("The king invited envoys to a feast on March 1.", &[("March 1", "2022-03-01")]);
}

#[test]
fn years_of_a_background_do_not_date_the_news() {
    let history = "Mills burned here in 1931, in 1944, in 1958, in 1962, in 1970 and in 1987.";
    let months = |text: &str| -> Vec<String> {
        let (found, _) = times(text, THURSDAY);
        found.into_iter().map(|t| t.timex.value.to_string()).filter(|value| value.len() > 4).collect()
    };
    assert_eq!(months(&format!("{history} In June, two men were hurt.")), ["1987-06"]);
    let news =
        format!("A mill burned on Monday. {history} Laws of 2021, 2022 and 2023 ban them. In June, two men were hurt.");
    assert_eq!(months(&news), ["2022-01-31", "2021-06"]);
}

#[test]
fn what_happened_is_never_to_come() {
    for day in ["2021-11-15", "2021-12-20"] {
        check_on("Gunmen killed 12 miners in January.", Some(day), &[("January", "2021-01")]);
    }
    check_on("Four hikers drowned over the weekend.", Some("2022-02-01"), &[("the weekend", "2022-W04-WE")]);
    check_on("The zoo will reopen this weekend.", Some("2022-02-01"), &[("this weekend", "2022-W05-WE")]);
    check("In May, the singer was threatened with a fine.", &[("May", "2021-05")]);
    check("The mill, built in 1931, burned down in October.", &[("1931", "1931"), ("October", "2021-10")]);
}

#[test]
fn weekdays_weeks_and_years_away() {
    check("The depot opened two weeks ago Tuesday.", &[("two weeks ago Tuesday", "2022-01-18")]);
    check("The depot opened a year ago Monday.", &[("a year ago Monday", "2021-02-01")]);
    check("The trial starts a week from Monday.", &[("a week from Monday", "2022-02-14")]);
    check_on("The depot opened a year ago Monday.", None, &[("a year ago Monday", "XXXX-WXX-1")]);
}

#[test]
fn one_text_has_one_order_of_digits() {
    check("He rang on 04/05/2021 and 21/05/2021.", &[("04/05/2021", "2021-05-04"), ("21/05/2021", "2021-05-21")]);
    check("He rang on 04/05/2021 and 05/21/2021.", &[("04/05/2021", "2021-04-05"), ("05/21/2021", "2021-05-21")]);
    check("He rang on 04/05/2021.", &[("04/05/2021", "2021-04-05")]);
    check("GLASGOW — The clerk told the court that he rang on 04/05/2021.", &[("04/05/2021", "2021-05-04")]);
    check("GLASGOW — The clerk told the court that he rang on 04/25/2021.", &[("04/25/2021", "2021-04-25")]);
    check("He rang on 21.05.2021.", &[("21.05.2021", "2021-05-21")]);
    check("He rang on 31/04/2021.", &[]);
}

#[test]
fn the_year_may_come_first() {
    check("The charter of 2017 June 9 was lost.", &[("2017 June 9", "2017-06-09")]);
    check("The dam was begun in 2020 Sept. and never ended.", &[("2020 Sept.", "2020-09")]);
    check("In 2016 May became prime minister.", &[("2016", "2016")]);
}

#[test]
fn quarters_and_halves() {
    check("Output fell in 2Q21 and in 4Q 2020.", &[("2Q21", "2021-Q2"), ("4Q 2020", "2020-Q4")]);
    check("Output fell in Q3 2019 and in 1H20.", &[("Q3 2019", "2019-Q3"), ("1H20", "2020-H1")]);
    check(
        "After a good 2018 start, output fell in the fourth quarter.",
        &[("2018", "2018"), ("the fourth quarter", "2018-Q4")],
    );
    check("Output fell in the fourth quarter.", &[("the fourth quarter", "2021-Q4")]);
    check("The H1N1 virus spread along the H2 road.", &[]);
}

#[test]
fn a_story_speaks_from_its_dateline() {
    let dated = "OSLO (AP) - Jan. 21 - Two men were freed on Thursday. They fly home on Sunday.";
    check(dated, &[("Jan. 21", "2022-01-21"), ("Thursday", "2022-01-20"), ("Sunday", "2022-01-23")]);
    // A year apart the two dates are not of one story.
    check(
        "OSLO (AP) - Jan. 21, 2020 - Two men were freed on Thursday.",
        &[("Jan. 21, 2020", "2020-01-21"), ("Thursday", "2022-02-03")],
    );
}

#[test]
fn absolute_dates() {
    check("He took over on Oct. 31, 2019, officials said.", &[("Oct. 31, 2019", "2019-10-31")]);
    check("The camp was closed on 3 February 2021.", &[("3 February 2021", "2021-02-03")]);
    check("The report is dated 2021-11-30.", &[("2021-11-30", "2021-11-30")]);
    check("The treaty was signed on the 19th of October 1950.", &[("the 19th of October 1950", "1950-10-19")]);
    check("The war began in March 2011 and ended in 2019.", &[("March 2011", "2011-03"), ("2019", "2019")]);
    check("The village was rebuilt in the 1990s.", &[("the 1990s", "199")]);
    check("The temple was burnt in 241 B.C. by raiders.", &[("241 B.C.", "BC0241")]);
    check("Profits fell in the third quarter of 2008.", &[("the third quarter of 2008", "2008-Q3")]);
    check("The bridge fell in the summer of 2006.", &[("the summer of 2006", "2006-SU")]);
    check("The law dates from the 19th century.", &[("the 19th century", "18")]);
    check_on("BOGOTA, 4 FEB 90 (AGENCY) -- The mayor was freed.", Some("1990-02-05"), &[("4 FEB 90", "1990-02-04")]);
}

#[test]
fn lists_and_ranges_of_dates() {
    check("Voting took place on 22 and 25 April 2021.", &[("22", "2021-04-22"), ("25 April 2021", "2021-04-25")]);
    check(
        "The fair runs on Friday 4, Saturday 5 and Sunday 6 March.",
        &[("Friday 4", "2022-03-04"), ("Saturday 5", "2022-03-05"), ("Sunday 6 March", "2022-03-06")],
    );
    check("The summit of April 22-24, 2021 failed.", &[("April 22", "2021-04-22"), ("24, 2021", "2021-04-24")]);
}

#[test]
fn years_are_no_counts() {
    check("The army sent 2000 soldiers to the border.", &[]);
    check("The fire destroyed 1,500 houses.", &[]);
    check("The grain cost $2000 at the port.", &[]);
    check("The troops lived in 1990 tents and burned 2005 barns.", &[]);
    check("The shelling killed 1999 Afghan civilians.", &[]);
    check("The party lost seats in 2010 elections.", &[("2010", "2010")]);
    check("The 2019 assault killed the leader.", &[("2019", "2019")]);
}

#[test]
fn weekdays_follow_the_tense() {
    check("The president said Thursday the raid was over.", &[("Thursday", "2022-02-03")]);
    check("The council met on Monday.", &[("Monday", "2022-01-31")]);
    check("The council will meet on Monday.", &[("Monday", "2022-02-07")]);
    check("A hearing is scheduled for Friday.", &[("Friday", "2022-02-04")]);
    check("The minister resigned last Thursday.", &[("last Thursday", "2022-01-27")]);
    check("Miners threatened to stop work unless the owner paid them by Monday.", &[("Monday", "2022-02-07")]);
    check("The union warned of a strike if wages did not rise by Friday.", &[("Friday", "2022-02-04")]);
    check("The guards said they would leave unless the gate was mended by Sunday.", &[("Sunday", "2022-02-06")]);
    check("The dam held until nine pumps had failed by Monday.", &[("Monday", "2022-01-31")]);
    check("Talks resume next Tuesday.", &[("next Tuesday", "2022-02-08")]);
}

#[test]
fn dates_without_a_year_follow_tense_and_nearness() {
    check("The mine exploded on Dec. 20.", &[("Dec. 20", "2021-12-20")]);
    check("Voters will decide on March 6.", &[("March 6", "2022-03-06")]);
    check("The army seized the town in November.", &[("November", "2021-11")]);
    check("The dam burst last October.", &[("last October", "2021-10")]);
    check("The shop closes on Christmas Day.", &[("Christmas Day", "2021-12-25")]);
    check_on("The mine exploded on Oct. 31.", None, &[("Oct. 31", "XXXX-10-31")]);
    check_on("The guard was hurt on Monday.", None, &[("Monday", "XXXX-WXX-1")]);
}

#[test]
fn relative_times() {
    check("The attack happened two days ago.", &[("two days ago", "2022-02-01")]);
    check("Rebels seized the town late last month.", &[("late last month", "2022-01")]);
    check("The mayor left last week.", &[("last week", "2022-W04")]);
    check(
        "The minister spoke yesterday and will travel tomorrow.",
        &[("yesterday", "2022-02-02"), ("tomorrow", "2022-02-04")],
    );
    check("Shelling was heard on Monday night.", &[("Monday night", "2022-01-31TNI")]);
    check(
        "The bridge was blown up on Feb. 1. The next day troops arrived.",
        &[("Feb. 1", "2022-02-01"), ("The next day", "2022-02-02")],
    );
    check("Prices have risen this year.", &[("this year", "2022")]);
    check("The factory opened a decade ago.", &[("a decade ago", "2012")]);
    check("Families are now leaving the city.", &[("now", "PRESENT_REF")]);
    check("He has been ill since the day before yesterday.", &[("the day before yesterday", "2022-02-01")]);
}

#[test]
fn clock_times() {
    check("Doors rattled at 1:10 a.m. local time.", &[("1:10 a.m. local time", "2022-02-03T01:10")]);
    check("The quake struck at 0100 GMT on Monday.", &[("0100 GMT on Monday", "2022-01-31T01:00Z")]);
    check("The train left at noon.", &[("noon", "2022-02-03T12:00")]);
    check("The deadline is 9 a.m. Tuesday.", &[("9 a.m. Tuesday", "2022-02-01T09:00")]);
    check("The home team won 3:2 in the cup.", &[]);
    check("The home team led 10:50 at the break.", &[]);
    check("10:50 Divers reach the wreck.", &[("10:50", "2022-02-03T10:50")]);
    let clock = only("Doors rattled at 1:10 a.m. local time.");
    assert_eq!((clock.timex_type, clock.granularity), (TimexType::Time, Granularity::Minute));
    assert_eq!((clock.start.as_deref(), clock.timezone.as_deref()), (Some("2022-02-03T01:10"), Some("local")));
}

#[test]
fn durations() {
    check("The raid lasted over two hours.", &[("over two hours", "PT2H")]);
    check("They fought a 10-day battle.", &[("10-day", "P10D")]);
    check("The firing went on for 45 minutes.", &[("45 minutes", "PT45M")]);
    check("The war has raged for more than a decade.", &[("more than a decade", "P10Y")]);
    check("Attacks increased in the past two weeks.", &[("the past two weeks", "P2W")]);
    check("Attacks increased in recent weeks.", &[("recent weeks", "PXW")]);
    check("He waited five and a half hours.", &[("five and a half hours", "PT5H30M")]);
    let long = only("The war has raged for more than a decade.");
    assert_eq!((long.timex_type, long.modifier), (TimexType::Duration, Some(TimeMod::MoreThan)));
    let after = only("Protests began days after the election.");
    assert_eq!(after.value, "PXD");
    assert_eq!(after.anchor, Some(TimeAnchor::Event { value: "election".to_owned() }));
}

#[test]
fn frequencies() {
    check("Markets open every Monday.", &[("every Monday", "XXXX-WXX-1")]);
    check("The fund reports annually.", &[("annually", "P1Y")]);
    check("The field yields 300 barrels a day.", &[("a day", "P1D")]);
    check("Guards patrol twice a week.", &[("twice a week", "P1W")]);
}

/// No calendar has them: they are no times at all, and no part of them is taken for one.
#[test]
fn impossible_dates_are_no_times() {
    for date in [
        "February 30",
        "Feb. 30, 2024",
        "February 29, 2023",
        "29 February 2023",
        "the 30th of February",
        "April 31",
        "31 June 2021",
        "Sept. 31, 2021",
        "November 31",
        "October 32, 2021",
        "October 32",
        "May 0, 2021",
        "2023-02-30",
        "2023-13-01",
        "2023-00-10",
        "2021-06-31T10:00",
        "the day after February 30",
        "February 30 at 5 p.m.",
    ] {
        check(&format!("The bridge was blown up on {date}."), &[]);
        check(&format!("Troops arrived on {date} in the town."), &[]);
    }
    check("The bridge was blown up on 29 February 2024.", &[("29 February 2024", "2024-02-29")]);
    check("Rebels came on April 30 and 31.", &[("April 30", "2021-04-30")]);
    check("The train left at 25:00.", &[]);
    check("The train left at 24:30.", &[]);
    check("The train left at 2530 GMT.", &[]);
    check("The train left at 24:00.", &[("24:00", "2022-02-03T24:00")]);
    check("The temple was burnt in 0 B.C. by raiders.", &[]);
}

#[test]
fn what_is_no_time() {
    check("A 27-year-old man was held.", &[]);
    check("The boy is nine years old.", &[]);
    check("Workers may march to the palace.", &[]);
    check("The reporter works for NewsNation Now in Chicago.", &[]);
    check("The clinic is open 24/7 for patients.", &[]);
    check("The column ran in the Sunday Times of London.", &[]);
    check("Friday Adeyemi was hurt at a Christmas market.", &[]);
    check("June Barker and August Lindqvist were hurt.", &[]);
    check("A crowd came for the Black Friday sales in Easter Road.", &[]);
    check("Police closed an Easter fair, a Christmas concert and a shop in Halloween Lane.", &[]);
    check("The spring in the pump broke, and a smith replaced the spring.", &[]);
    check("The fall of the cabinet followed the fall in prices.", &[]);
    check("The deal was made in the fall.", &[("the fall", "2021-FA")]);
}

#[test]
fn a_named_day_is_a_time_where_something_is_held_on_it() {
    check("Rebels agreed on an Easter truce.", &[("Easter", "2022-04-17")]);
    check("The Christmas holidays were quiet.", &[("Christmas", "2021-12-25")]);
    check("At Christmas soldiers went home.", &[("Christmas", "2021-12-25")]);
    check("The Labor Day parade was calm.", &[("Labor Day", "2021-09-06")]);
    check("Talks were held in the spring.", &[("the spring", "2021-SP")]);
}

#[test]
fn a_passing_year_draws_no_later_date_back() {
    check(
        "Sales fell in 4Q21, while rents rose in the first quarter.",
        &[("4Q21", "2021-Q4"), ("the first quarter", "2022-Q1")],
    );
    check(
        "Sales fell in the second quarter of 2019 and rose in the fourth quarter.",
        &[("the second quarter of 2019", "2019-Q2"), ("the fourth quarter", "2019-Q4")],
    );
}

#[test]
fn intervals_and_grains() {
    let late = only("Rebels seized the town late last month.");
    assert_eq!((late.start.as_deref(), late.end.as_deref()), (Some("2022-01-22"), Some("2022-01-31")));
    assert_eq!((late.modifier, late.granularity), (Some(TimeMod::End), Granularity::PartOfMonth));
    assert_eq!(late.anchor, Some(TimeAnchor::Dct { value: "2022-02-03".to_owned() }));
    let early = only("Troops landed early Thursday.");
    assert_eq!((early.value.as_str(), early.modifier), ("2022-02-03", Some(TimeMod::Start)));
    let year = only("The group was defeated in 2019.");
    assert_eq!((year.start.as_deref(), year.end.as_deref()), (Some("2019-01-01"), Some("2019-12-31")));
    assert_eq!(year.anchor, None);
}

#[test]
fn history_carries_its_year_along() {
    let text = "The war began in May 1911. In 1912 the capital fell. The truce of 1913 failed. In June 1914 the king fled. \
                In 1915 the army split. By 1916 the north was lost. In December 1917 the last fort fell. In January the \
                rebels won.";
    let (found, _) = times(text, THURSDAY);
    assert_eq!(found.last().map(|t| t.timex.value.to_string()).as_deref(), Some("1918-01"), "{found:?}");
}
