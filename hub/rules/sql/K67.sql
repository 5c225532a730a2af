-- id: K67
-- zh: 数据链断裂
-- en: broken record chain
-- parties: congress discipline organization finance audit office
-- reads: Incident Lift
-- when: E R
-- basis: R-64
-- message.zh: {who}数据链断裂于{stream}：{what}
-- message.en: broken record chain of {party} in {stream}, {what_en}
-- clears.zh: 该事件的Lift（解除冻结）生效；存疑记录已重报
-- clears.en: a Lift of that incident in force; what was in doubt is sent again
-- responders: {party}
-- figure: who text
-- figure: party text
-- figure: stream text
-- figure: what text
-- figure: what_en text
-- scope: region
-- remark.zh: Incident载明同一序号有两份声明，或日结与所收记录不符。是否属实，由联席会议办公室和批准其Lift的各方核查；其他事件仅供人工处理。不等待任何一方：
-- remark.zh: 事件已在此。
-- An Incident that says that there are two statements for one sequence, or that a StreamClose isn't met by what
-- was received. Whether it is so the office and the parties who approve its Lift look at; other incidents are for people alone.
-- Awaits nobody: the incident is here.
-- Keys: a the Incident (number in the ledger), b '', c ''.
-- [touch]
SELECT c.rec, '', '' FROM changed c WHERE c.type = @TYPE_INCIDENT
UNION SELECT f.target, '', '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec WHERE c.type = @TYPE_LIFT AND f.field = 'incident'
-- [all]
SELECT v.rec, '', '' FROM v_incident v
-- [condition]
SELECT t.a, t.b, t.c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, '' AS period,
  v.party || '/' || v.stream || ' ' || s.party || '/' || s.name || '#' || v.r_seq AS object,
  CASE WHEN EXISTS (SELECT 1 FROM resolved f JOIN v_lift w ON w.rec = f.rec WHERE f.target = t.a AND f.field = 'incident')
    THEN 'CLEAR' ELSE 'FIRE' END AS state, @SEVERITY_RED AS sev,
  coalesce((SELECT d.name FROM body d WHERE d.party = v.party), v.party) AS who, v.party AS party, v.stream AS stream,
  CASE v.kind WHEN @INCIDENT_KIND_EQUIVOCATION THEN '同一序号有两份签名报文' ELSE '日结与所收记录不符' END AS what,
  CASE v.kind WHEN @INCIDENT_KIND_EQUIVOCATION THEN 'two statements for one sequence' ELSE 'a close that what was received does not meet' END AS what_en
FROM touched t CROSS JOIN v_incident v ON v.rec = t.a CROSS JOIN stream s ON s.sid = v.r_sid
WHERE v.kind IN (@INCIDENT_KIND_EQUIVOCATION, @INCIDENT_KIND_CLOSE_MISMATCH) AND v.party <> '' AND v.stream <> ''
-- [inputs]
SELECT :a AS rec
