/**
 * What the list is sorted by, each declared once: the API's name of it, and what either order is called where there is no room
 * for headings. A heading sorts by the column's `sort`; the first click shows what is named first here.
 */

/** @type {{sort: string, orders: [order: "asc"|"desc", label: string][]}[]} */
export const SORTS = [
  { sort: "start", orders: [["desc", "Newest first"], ["asc", "Oldest first"]] },
  { sort: "totaltime", orders: [["desc", "Longest first"], ["asc", "Shortest first"]] },
  { sort: "snumber", orders: [["asc", "From"]] },
  { sort: "cnumber", orders: [["asc", "To"]] },
  { sort: "expires", orders: [["asc", "May be deleted from"]] },
];

/** The order that is asked for most. @param {string} sort */
export const firstOrder = (sort) => SORTS.find((one) => one.sort === sort).orders[0][0];
