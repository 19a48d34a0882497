//! The committed JSON Schemas equal the types, and the committed columns those of the tables.

use dateline::record::schema;
use dateline::table::{Table, describe};

use crate::golden;

#[test]
fn committed_schemas_equal_the_types() {
    for (name, value) in schema::all() {
        let file = format!("config/schemas/{}.json", name.replacen('/', "-", 1));
        golden::compare(&file, &format!("{value:#}\n"));
    }
}

#[test]
fn committed_columns_equal_the_tables() {
    for table in Table::ALL {
        golden::compare(&format!("config/tables/{}.md", table.as_str()), &describe(table));
    }
}
