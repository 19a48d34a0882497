//! Numbers in words and digits: "13", "thirteen", "1.2 million", "dozens", "at least 5".
