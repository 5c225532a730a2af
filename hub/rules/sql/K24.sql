-- id: K24
-- zh: 主体信息不一致
-- en: subject identity conflict
-- parties: audit congress finance
-- reads: A03 B03 P01 P02
-- when: E Y
-- basis: R-63
-- message.zh: 主体信息不一致：{what}{a}/{b}
-- message.en: subject identity conflict: {what_en} {a} / {b}
-- clears.zh: P02更正；由填错的一方更正
-- clears.en: P02 REPLACE; correction by whoever is wrong
-- responders: finance
-- figure: what text
-- figure: what_en text
-- figure: a text
-- figure: b text
-- scope: region
-- name: two profiles of one key and year, neither correcting the other, with different names. bk: congress approved
-- money for the item in a budget kind that its newest profile doesn't list. org: congress (B03 line) or audit (A03)
-- name a body that is neither the profile's responsible or an implementing body, nor above one, nor a unit of the
-- responsible one. alias: two items share an alias, or one's alias is the other's key; the finding stands at the
-- smallest of them. No profile yet: UNKNOWN for bk and org where another party speaks of the item.
-- Awaits nobody: both statements are here.
-- Keys: a subject (alias: the alias), b 'name', 'bk', 'org' or 'alias', c ''.
-- [touch]
SELECT r.subject, x.column1, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN (VALUES ('name'), ('bk'), ('org')) x
 WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE) AND (x.column1 = 'name' OR c.type = @TYPE_SUBJECT_PROFILE)
UNION SELECT j.value, 'alias', '' FROM changed c CROSS JOIN f_subject_profile f ON f.rec = c.rec CROSS JOIN json_each(f.aliases) j
 WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT r.subject, 'alias', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT l.subject, x.column1, '' FROM changed c CROSS JOIN f_congress_approval_lines l ON l.rec = c.rec CROSS JOIN (VALUES ('bk'), ('org')) x
 WHERE c.type = @TYPE_CONGRESS_APPROVAL AND l.subject <> ''
UNION SELECT r.subject, 'org', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_AUDIT_FINDING
UNION SELECT q.subject, 'org', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_subject_profile p ON p.resp_org = r.subject
  CROSS JOIN record q ON q.rec = p.rec WHERE c.type = @TYPE_ORG_PROFILE
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_ORG_PROFILE LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K24' AND n.b = 'org'
-- [all]
SELECT DISTINCT r.r_subject, 'name', '' FROM live r WHERE r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
UNION SELECT DISTINCT l.subject, x.column1, '' FROM f_congress_approval_lines l CROSS JOIN (VALUES ('bk'), ('org')) x WHERE l.subject <> ''
UNION SELECT DISTINCT r.r_subject, 'org', '' FROM live r WHERE r.r_type = @TYPE_AUDIT_FINDING
UNION SELECT DISTINCT a.alias, 'alias', '' FROM alias a
-- [condition]
WITH profile AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM touched t WHERE t.b IN ('bk', 'org')
    AND NOT EXISTS (SELECT 1 FROM subj k WHERE k.key = t.a AND k.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION))),
named AS MATERIALIZED (
  SELECT t.a, t.b, t.c, min(r.r_kind) AS kind, min(coalesce(p.name, o.name)) AS first, max(coalesce(p.name, o.name)) AS last
  FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
  LEFT JOIN f_subject_profile p ON p.rec = r.rec LEFT JOIN f_org_profile o ON o.rec = r.rec
  WHERE t.b = 'name' AND coalesce(p.name, o.name, '') <> '' GROUP BY t.a, coalesce(r.r_fy, r.r_valid / 10000)),
money AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.rec, min(l.bk) AS bk FROM profile p CROSS JOIN f_congress_approval_lines l ON l.subject = p.a
  CROSS JOIN live r ON r.rec = l.rec WHERE p.b = 'bk' AND NOT EXISTS (SELECT 1 FROM f_subject_profile f CROSS JOIN json_each(f.bk) j
    WHERE f.rec = p.rec AND j.value = l.bk) GROUP BY p.a),
said AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.rec, min(l.dept) AS org FROM profile p CROSS JOIN f_congress_approval_lines l ON l.subject = p.a AND l.dept <> ''
  CROSS JOIN live r ON r.rec = l.rec WHERE p.b = 'org' GROUP BY p.a, l.dept
  UNION SELECT p.a, p.b, p.c, p.rec, f.org FROM profile p CROSS JOIN live r ON r.r_subject = p.a AND r.r_type = @TYPE_AUDIT_FINDING
  CROSS JOIN f_audit_finding f ON f.rec = r.rec WHERE p.b = 'org' AND f.org <> ''),
foreign_body AS MATERIALIZED (
  SELECT s.a, s.b, s.c, s.rec, min(s.org) AS org FROM said s LEFT JOIN f_subject_profile f ON f.rec = s.rec
  WHERE NOT EXISTS (SELECT 1 FROM (SELECT f.resp_org AS body UNION SELECT j.value FROM json_each(f.impl_org) j) own
      WHERE own.body = s.org OR EXISTS (SELECT 1 FROM v_org_profile o WHERE o.r_subject = own.body AND o.r_type = @TYPE_ORG_PROFILE
        AND o.parent = s.org))
    AND NOT EXISTS (SELECT 1 FROM v_org_profile o WHERE o.r_subject = s.org AND o.r_type = @TYPE_ORG_PROFILE AND o.parent = f.resp_org)
  GROUP BY s.a),
holder AS MATERIALIZED (
  SELECT t.a, t.b, t.c, r.r_subject AS subject FROM touched t CROSS JOIN alias x ON x.alias = t.a CROSS JOIN live r ON r.rec = x.rec
   WHERE t.b = 'alias'
  UNION SELECT t.a, t.b, t.c, t.a FROM touched t WHERE t.b = 'alias'
    AND EXISTS (SELECT 1 FROM live r WHERE r.r_subject = t.a AND r.r_type = @TYPE_SUBJECT_PROFILE)),
twice AS MATERIALIZED (
  SELECT h.a, h.b, h.c, min(h.subject) AS first, max(h.subject) AS last FROM holder h GROUP BY h.a HAVING count(*) > 1)
SELECT n.a, n.b, n.c, n.kind AS kind, n.a AS key, 0 AS fy, '' AS period, 'name' AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  '名称' AS what, 'name' AS what_en, n.first AS a, n.last AS b
FROM (SELECT a, b, c, min(kind) AS kind, min(first) AS first, max(last) AS last FROM named WHERE first <> last GROUP BY a) n
UNION ALL
SELECT m.a, m.b, m.c, coalesce(r.kind, (SELECT min(k.kind) FROM subj k WHERE k.key = m.a), @SUBJECT_KIND_PROJECT), m.a, 0, '', 'bk',
  CASE WHEN m.rec IS NULL OR f.bk IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END, @SEVERITY_YELLOW, '预算种类', 'budget kind',
  (SELECT group_concat(j.value, '、') FROM json_each(f.bk) j), CAST(m.bk AS TEXT)
FROM money m LEFT JOIN record r ON r.rec = m.rec LEFT JOIN f_subject_profile f ON f.rec = m.rec
UNION ALL
SELECT m.a, m.b, m.c, coalesce(r.kind, (SELECT min(k.kind) FROM subj k WHERE k.key = m.a), @SUBJECT_KIND_PROJECT), m.a, 0, '', 'org',
  CASE WHEN f.resp_org IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END, @SEVERITY_YELLOW, '责任单位', 'responsible body', f.resp_org, m.org
FROM foreign_body m LEFT JOIN record r ON r.rec = m.rec LEFT JOIN f_subject_profile f ON f.rec = m.rec
UNION ALL
SELECT t.a, t.b, t.c, (SELECT min(k.kind) FROM subj k WHERE k.key = t.first), t.first, 0, '', 'alias:' || t.a, 'FIRE', @SEVERITY_YELLOW,
  '代码' || t.a || '用于', 'code ' || t.a || ' of', t.first, t.last
FROM twice t
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_subject = :key AND r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
  UNION SELECT r.rec FROM live r WHERE r.r_subject = :key AND r.r_type = @TYPE_AUDIT_FINDING AND :object = 'org'
  UNION SELECT l.rec FROM f_congress_approval_lines l CROSS JOIN live r ON r.rec = l.rec WHERE l.subject = :key AND :object IN ('bk', 'org')
  UNION SELECT x.rec FROM alias x CROSS JOIN live r ON r.rec = x.rec WHERE x.alias = :a AND :b = 'alias')
ORDER BY rec LIMIT 32
