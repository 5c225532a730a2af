# shellcheck shell=bash disable=SC2154 # w, work and audit are the city script's
# The fifteen questions of docs/questions.md, asked of a synced city with audit's eyes, each by its
# command; what is expected comes from the exported files, from SQL over the ledger or from another
# command's answer.

ask=(--config "$audit")
# of FILE SQL: an expression over j, the file's JSON
of() { sqlite3 :memory: "SELECT $2 FROM (SELECT readfile('$1') AS j)"; }
q=$work/questions
mkdir -p "$q"
# asked N WHAT COMMAND…: its answer is in $q/N
asked() {
    local n=$1 what=$2
    shift 2
    exits "question $n: $what" 0 "$@"
    cp "$work/out.log" "$q/$n"
}

# 1: from a number of the brief down to vouchers and approvals
exits "the brief of June" 0 pentad brief 2019-06 --json "${ask[@]}"
cp "$work/out.log" "$q/brief"
IFS='|' read -r value trace valid known < <(of "$q/brief" "(SELECT n.value->>'value' || '|' || (s.value->>'trace') || '|' ||
    (s.value->>'valid_at') || '|' || (s.value->>'known_at') FROM json_tree(j, '\$.sections') n JOIN json_each(j, '\$.sources') s
    ON s.key = n.value->>'source' WHERE n.type = 'object' AND n.value->>'figure' = 'FG2.P' AND n.value->>'value' > 0 LIMIT 1)")
asked 1 "where a number of the brief comes from" pentad trace "${trace%/*}/FG2.P" --valid-at "$valid" --known-at "$known" --json --depth 100000 "${ask[@]}"
is "…is that number" "$value" "$(of "$q/1" "j->>'value'")"
is "…the sum of the payments that it lists" "$value" "$(of "$q/1" "(SELECT sum(r.value->>'value') FROM json_each(j, '\$.inputs') i, json_each(i.value, '\$.records') r)")"
payment=$(of "$q/1" "(SELECT r.value->>'id' FROM json_each(j, '\$.inputs') i, json_each(i.value, '\$.records') r LIMIT 1)")

# 2: who supplied it, what became of it
corrected=$(ledger "$w" "SELECT s.party || '/' || s.name || '#' || r.seq FROM record c JOIN record r ON r.rec = c.corrects JOIN stream s ON s.sid = r.sid
    WHERE c.type = 131 AND c.correction = 3 ORDER BY c.rec LIMIT 1")
asked 2 "whose a record is and what corrected it" pentad trace "$corrected" --json "${ask[@]}"
is "…names its correction" 1 "$(of "$q/2" "(SELECT count(*) > 0 FROM json_each(j, '\$.corrections') WHERE value->>'corrects' = '$corrected')")"
is "…and the key that signed it" "$(openssl pkey -in "$w/finance/keys/signing.key" -pubout -outform DER | sha256sum | cut -c 1-64)" "$(of "$q/2" "j->>'\$.record.signer'")"

# 3: what the ledger said then
then=$(ledger "$w" "SELECT log_size FROM tick WHERE day = 20190329 ORDER BY no DESC LIMIT 1")
asked 3 "what the ledger knew on 29 March" pentad trace "${trace%/*}/FG2.P" --valid-at 2019-03-31 --known-at 2019-03-29 --json --depth 100000 "${ask[@]}"
is "…rests on what was in the log by then" 1 "$(of "$q/3" "(SELECT max(r.value->>'log_index') < $then FROM json_each(j, '\$.inputs') i, json_each(i.value, '\$.records') r)")"

# 4: did the money reach the final user
asked 4 "a payment up to quota and approval" pentad trace "$payment" --json "${ask[@]}"
voucher=$(of "$q/4" "j->>'\$.lines[0].voucher_no'")
is "…the payee that finance's system has" "$(awk -F, -v v="$voucher" '$7 == v { print $15 }' "$w/finance/export/payments.csv")" "$(of "$q/4" "j->>'\$.record.body.lines[0].payee_uscc'")"
quota=$(of "$q/4" "j->>'\$.lines[0].quota[0]'")
is "…out of the quota that it names" "$(awk -F, -v v="$voucher" '$7 == v { print $9 }' "$w/finance/export/payments.csv")" \
    "$(ledger "$w" "SELECT quota_no FROM f_allotment JOIN record r USING (rec) JOIN stream s USING (sid) WHERE s.party || '/' || s.name || '#' || r.seq = '$quota'")"
is "…that congress approved" congress "$(of "$q/4" "substr(j->>'\$.lines[0].approval[0]', 1, 8)")"

# 5, 6, 10: why it was in the budget, under which goal, who was responsible
item=$(ledger "$w" "SELECT subject FROM record WHERE type = 114 AND fy = 2019 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
asked 5 "an item's way into the budget" pentad subject history "$item" --year 2019 --json "${ask[@]}"
is "…every record that names it" "$(ledger "$w" "SELECT count(*) FROM record WHERE subject = '$item' AND coalesce(fy, 0) IN (0, 2019) AND type NOT IN (0, 211, 212)")" \
    "$(of "$q/5" "(SELECT count(*) FROM json_each(j, '\$.records') WHERE value->>'\$.subject.key' = '$item')")"
is "…the gates in their order" 1 "$(of "$q/5" "(SELECT min(day >= before) FROM (SELECT value->>'day' AS day, lag(value->>'day', 1, '') OVER (ORDER BY key) AS before FROM json_each(j, '\$.state.steps')))")"
is "…what was paid, by month" "$(ledger "$w" "SELECT group_concat(m || ' ' || fen, ',') FROM (SELECT substr(b.pay_date, 1, 4) || '-' || substr(b.pay_date, 5, 2) AS m,
    sum(CASE l.op WHEN 1 THEN l.fen ELSE -l.fen END) AS fen FROM f_payment_batch_lines l JOIN f_payment_batch b USING (rec) JOIN record r USING (rec)
    WHERE l.subject = '$item' AND r.fy = 2019 AND r.live_from IS NOT NULL AND r.live_to IS NULL GROUP BY 1 ORDER BY 1)")" \
    "$(of "$q/5" "(SELECT group_concat(value->>'month' || ' ' || (value->>'paid'), ',') FROM json_each(j, '\$.payments.months'))")"
found=$(ledger "$w" "SELECT key FROM f_discrepancy WHERE kind = 2 AND fiscal_year = 2019 AND rule NOT IN ('K55', 'K56', 'K57') GROUP BY 1 ORDER BY count(DISTINCT id) DESC, 1 LIMIT 1")
exits "…of another item" 0 pentad subject history "$found" --year 2019 --json "${ask[@]}"
is "…its discrepancies" "$(ledger "$w" "SELECT group_concat(i, ' ') FROM (SELECT DISTINCT lower(hex(id)) AS i FROM f_discrepancy WHERE key = '$found' AND rule NOT IN ('K55', 'K56', 'K57')
    AND coalesce(fiscal_year, 0) IN (0, 2019) ORDER BY 1)")" "$(of "$work/out.log" "(SELECT group_concat(i, ' ') FROM (SELECT value->>'id' AS i FROM json_each(j, '\$.discrepancies') ORDER BY 1))")"
exits "…for a terminal" 0 pentad subject history "$found" --year 2019 --zh "${ask[@]}"
says "…how to list each payment" "逐笔见 pentad trace PROJECT:$found/2019/FG2.P"
is "question 6: each version of its goal" "$(ledger "$w" "SELECT group_concat(doc_no, ' ') FROM (SELECT doc_no FROM record WHERE subject = '$item' AND type = 114 AND fy = 2019 ORDER BY effective, issued_at, rec)")" \
    "$(of "$q/5" "(SELECT group_concat(value->>'doc_no', ' ') FROM json_each(j, '\$.records') WHERE value->>'type' = 'E04')")"
led=$(ledger "$w" "SELECT subject FROM record WHERE type = 103 AND kind = 4 GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1")
[ -n "$led" ] || led=$(ledger "$w" "SELECT subject FROM record WHERE type = 103 AND kind = 4 ORDER BY 1 LIMIT 1")
asked 10 "who was responsible" pentad subject history "DEPT:$led" --year 2019 --json "${ask[@]}"
is "…each term" "$(ledger "$w" "SELECT count(*) FROM record WHERE subject = '$led' AND type = 103 AND coalesce(fy, 0) IN (0, 2019)")" \
    "$(of "$q/10" "(SELECT count(*) FROM json_each(j, '\$.records') WHERE value->>'type' = 'P03')")"

is "…who, by name, as the delivered file has it" "$(sqlite3 :memory: -cmd '.mode csv' -cmd ".import $w/audit/delivered/P03.csv p" -cmd '.mode list' \
    "SELECT group_concat(i, ' ') FROM (SELECT DISTINCT id || '=' || \"person.name\" AS i FROM p WHERE \"subject.key\" = '$led' AND fiscal_year IN ('', '2019') ORDER BY 1)")" \
    "$(of "$q/10" "(SELECT group_concat(p, ' ') FROM (SELECT (value->>'id') || '=' || (value->>'person_name') AS p FROM json_each(j, '\$.records') WHERE value->>'type' = 'P03' ORDER BY 1))")"
exits "…congress isn't told" 0 pentad subject history "DEPT:$led" --year 2019 --en --config "$w/congress/connector.yaml"
says "…but that there is one" '\(the name is sealed\)'

# 7: every discrepancy ever raised on a subject
fault=$(awk -F, '$1 == "K13" { print $3; exit }' "$w/city/truth.csv")
asked 7 "all discrepancies of a subject" pentad discrepancy "$fault" --status all --json "${ask[@]}"
is "…all that were logged" "$(ledger "$w" "SELECT count(DISTINCT id) FROM f_discrepancy WHERE key = '$fault' AND rule NOT IN ('K55', 'K56', 'K57')")" "$(of "$q/7" "j->>'total'")"
id=$(of "$q/7" "j->>'\$.discrepancies[0].id'")
exits "…the life of one" 0 pentad discrepancy show "$id" --json "${ask[@]}"
is "…each time that the hub spoke of it" "$(ledger "$w" "SELECT count(*) FROM f_discrepancy WHERE id = x'$id'")" "$(of "$work/out.log" "json_array_length(j, '\$.history')")"

corrected=$(ledger "$w" "SELECT lower(hex(d.id)) || ' ' || s.party || '/' || s.name || '#' || c.seq FROM f_discrepancy d JOIN tick t ON t.seq = d.tick_seq
    JOIN tick p ON p.no = t.no - 1 JOIN f_discrepancy_inputs i ON i.rec = d.rec JOIN stream s ON s.party = i.party AND s.name = i.stream JOIN record r ON r.sid = s.sid AND r.seq = i.seq
    JOIN record c ON c.corrects = r.rec AND c.sid = s.sid WHERE d.status = 3 AND d.rule = 'K63' AND c.log_index >= p.log_size AND c.log_index < t.log_size ORDER BY d.rec LIMIT 1")
exits "…one that a correction cleared" 0 pentad discrepancy show "${corrected% *}" --json "${ask[@]}"
is "…names that" 1 "$(of "$work/out.log" "(SELECT count(*) FROM json_each(j, '\$.cleared_by') WHERE value->>'id' = '${corrected#* }')")"
exits "…to people too" 0 pentad discrepancy show "${corrected% *}" --en "${ask[@]}"
says "…as what closed it" "closed by ${corrected#* }  P03 "

# 8: why a rule did not fire
near=$(awk -F, '$1 == "K13" { print $3; exit }' "$w/city/near.csv")
asked 8 "why K13 doesn't fire" pentad rules explain K13 --subject "$near" --year 2019 --json "${ask[@]}"
is "…clear, with what it compared" "CLEAR 1" "$(of "$q/8" "(SELECT c.value->>'state' || ' ' || (json_array_length(c.value, '\$.figures') > 0) FROM json_each(j, '\$.conditions') c LIMIT 1)")"

# 9: which score the organization department used
appraisal=$(ledger "$w" "SELECT s.party || '/' || s.name || '#' || r.seq FROM f_appraisal JOIN record r USING (rec) JOIN stream s USING (sid) JOIN ref f USING (rec) WHERE f.field = 'ledger_ref_snapshot' ORDER BY rec LIMIT 1")
asked 9 "which ledger a score rests on" pentad trace "$appraisal" --json "${ask[@]}"
is "…a snapshot that the hub logged" "H03" "$(of "$q/9" "(SELECT value->>'type' FROM json_each(j, '\$.refers_to') WHERE value->>'field' = 'ledger_ref_snapshot')")"

# 11: was anything deleted, inserted, back-dated
asked 11 "the whole log" pentad log check "${ask[@]}" --json
is "…is sound" 0 "$(of "$q/11" "json_array_length(j, '\$.faults')")"

# 12: was a clue handed over
clue=$(ledger "$w" "SELECT s.party || '/' || s.name || '#' || r.seq FROM f_clue_transfer c JOIN record r USING (rec) JOIN stream s USING (sid)
    WHERE c.sender = 'audit' AND EXISTS (SELECT 1 FROM f_clue_receipt d WHERE d.clue_id = c.clue_id) ORDER BY rec LIMIT 1")
asked 12 "what became of a clue that audit sent" pentad trace "$clue" --json "${ask[@]}"
is "…discipline's receipt, signed" "discipline 64" "$(of "$q/12" "(SELECT value->>'author' || ' ' || length(value->>'signer') FROM json_each(j, '\$.clue') WHERE value->>'type' = 'D02')")"

# 13: who read it; that this reading is logged the city script looks at after the hub's next start
receipt=$(of "$q/12" "(SELECT value->>'id' FROM json_each(j, '\$.clue') WHERE value->>'type' = 'D02' LIMIT 1)")
exits "question 13: who read a record" 0 pentad trace "$receipt" --json --purpose "核实线索" "${ask[@]}"
is "…a list of them" array "$(of "$work/out.log" "json_type(j, '\$.read_by')")"

# 14: are a department's items all there is
dept=$(ledger "$w" "SELECT dept FROM f_allotment WHERE kind = 1 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
asked 14 "a department's items" pentad subject universe "DEPT:$dept" --year 2019 --json "${ask[@]}"
is "…nothing outside" "1 0 0" "$(of "$q/14" "j->>'complete' || ' ' || (j->>'\$.outside.budget') || ' ' || (j->>'\$.outside.paid')")"
is "…what finance allotted to them, each once" "$(ledger "$w" "SELECT count(DISTINCT r.subject) FROM f_allotment a JOIN record r USING (rec) WHERE a.dept = '$dept' AND r.fy = 2019 AND r.kind = 2 AND r.live_to IS NULL AND r.live_from IS NOT NULL")" \
    "$(of "$q/14" "(SELECT count(*) FROM json_each(j, '\$.items') WHERE value->>'kind' = 'PROJECT' AND value->>'budget' > 0)")"

# 15: the brief once more, without the hub
exits "question 15: the brief and its log as one file" 0 pentad evidence 2019-06 --out "$q/june" "${ask[@]}"
exits "…make it anew" 0 env -i PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" pentad verify "$q/june" --trust "$w/policy" --out "$q/june.json"
says "…the same" 'the same, byte for byte'
if cmp -s "$q/brief" "$q/june.json"; then held "…as the hub gave it"; else broke "…not what the hub gave"; fi
for period in 2019-02 2019-Q1; do
    exits "…and of $period" 0 pentad evidence "$period" --out "$q/$period" "${ask[@]}"
    exits "…which holds" 0 pentad verify "$q/$period" --trust "$w/policy"
done
flip "$q/june" 900000
exits "…from a file with one bit changed" 1 pentad verify "$q/june" --trust "$w/policy"
exits "organization can't: it has sums of payments alone" 1 pentad evidence 2019-06 --out "$q/org" --config "$w/organization/connector.yaml"
says "…and is told" 'sums of payments'

# Evidence of more than one record
for what in "$id" "$item/2019" "finance/main#${payment##*#} --batch"; do
    # shellcheck disable=SC2086
    exits "evidence of $what" 0 pentad evidence $what --out "$q/evidence" "${ask[@]}"
    exits "…holds" 0 pentad verify "$q/evidence" --trust "$w/policy"
done
