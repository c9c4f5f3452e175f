from tests.services.identity.cloud import *
from tests.services.identity.cloud import V3
def test_fuzz(tmp_path):
    async def story(people):
        a=people.admin; out=[]
        for m,p,kw in [("GET",f"{V3}/users/%00",{}),("GET",f"{V3}/users?name=%00",{}),("GET",f"{V3}/users?marker=%00",{}),("GET",f"{V3}/users?limit=99999999999999999999999",{}),("GET",f"{V3}/users?limit=0",{}),("GET",f"{V3}/users?limit=-1",{}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"\\ud800"}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"x","e":"\\u0000"}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"y","e":1e400}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"z","e":99999999999999999999999999999999}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"z1","e":'+b"["*5000+b"]"*5000+b'}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":null}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":[]}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"   a  "}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/users",{"content":b'{"user":{"name":"c","email":"'+b"x"*300000+b'"}}',"headers":{"content-type":"application/json"}}),
          ("PUT",f"{V3}/projects/{a.project_id}/tags/%00",{}),
          ("POST",f"{V3}/regions",{"content":b'{"region":{}}',"headers":{"content-type":"application/json"}}),
          ("POST",f"{V3}/regions",{"content":b'{"region":{"id":""}}',"headers":{"content-type":"application/json"}}),
          ("GET",f"{V3}/auth/tokens",{"headers":{"X-Subject-Token":b"\xff\xfe"}}),
          ("GET",f"{V3}/role_assignments?user.id=%00",{}),
          ("POST",f"{V3}/auth/tokens",{"content":b'{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"\\u0000","password":"x"}}}}}',"headers":{"content-type":"application/json"}}),
          ]:
            try:
                r=await a.request(m,p,**kw); out.append((m,p[:60],str(kw.get("content"))[:60],r.status_code,r.text[:100]))
            except Exception as e: out.append((m,p,repr(e)))
        for o in out: print(o)
    run(tmp_path,story)
