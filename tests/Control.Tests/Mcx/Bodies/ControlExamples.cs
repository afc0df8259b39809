namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// Whole messages written by hand from TS 24.379 (9.2.1, 10.1.1, 16.2, 16.3, annex F) and TS 24.380 12, not by this product:
/// lines end in LF here and in CRLF on the wire, where their Content-Length holds.
/// </summary>
internal static class ControlExamples
{
    /// <summary>A client asks for a regroup of two groups.</summary>
    public const string CreateGroupRegroup = """
        MESSAGE sip:pf1@mcptt-op.example SIP/2.0
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport;branch=z9hG4bKc1
        Max-Forwards: 70
        From: <sip:u1001@ims.mcptt-op.example>;tag=a1
        To: <sip:pf1@mcptt-op.example>
        Call-ID: rgc-1@ue1
        CSeq: 1 MESSAGE
        P-Preferred-Identity: <sip:u1001@ims.mcptt-op.example>
        P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Accept-Contact: *;+g.3gpp.mcptt;require;explicit, *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 935

        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <mcptt-client-id type="Normal"><mcpttString>urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001</mcpttString></mcptt-client-id></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-regroup+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttregroup xmlns="urn:3gpp:ns:preconfiguredRegroup:1.0"><mcpttregroup-Params>
        <preconfig-group-id><preconfigured-group>sip:pcfg-major@mcptt-op.example</preconfigured-group></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:rg-4711@mcptt-op.example</mcptt-regroup-uri></mcptt-regroup-uri>
        <groups-for-regroup><group>sip:fire-north@mcptt-op.example</group><group>sip:rail-ops@partner.example</group></groups-for-regroup><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>
        --mcxb--

        """;

    /// <summary>The server tells a member of it.</summary>
    public const string GroupRegroupNotice = """
        MESSAGE sip:u1002@192.0.2.20:5061;transport=tls SIP/2.0
        Via: SIP/2.0/TLS pf1.mcptt-op.example;branch=z9hG4bKn1
        Max-Forwards: 70
        From: <sip:pf1@mcptt-op.example>;tag=n1
        To: <sip:u1002@ims.mcptt-op.example>
        Call-ID: rgn-1@pf1
        CSeq: 1 MESSAGE
        P-Asserted-Identity: <sip:cf1@mcptt-op.example>
        P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Accept-Contact: *;+g.3gpp.mcptt;require;explicit, *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 1020

        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <mcptt-request-uri type="Normal"><mcpttURI>sip:bob@mcptt-op.example</mcpttURI></mcptt-request-uri><mcptt-calling-user-id type="Normal"><mcpttURI>sip:alice@mcptt-op.example</mcpttURI></mcptt-calling-user-id></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-regroup+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttregroup xmlns="urn:3gpp:ns:preconfiguredRegroup:1.0"><mcpttregroup-Params>
        <preconfig-group-id><preconfigured-group>sip:pcfg-major@mcptt-op.example</preconfigured-group></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:rg-4711@mcptt-op.example</mcptt-regroup-uri></mcptt-regroup-uri>
        <groups-for-regroup><group>sip:fire-north@mcptt-op.example</group><group>sip:rail-ops@partner.example</group></groups-for-regroup><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>
        --mcxb--

        """;

    /// <summary>A client asks for the regroup to be removed.</summary>
    public const string CancelRegroup = """
        MESSAGE sip:pf1@mcptt-op.example SIP/2.0
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport;branch=z9hG4bKr1
        Max-Forwards: 70
        From: <sip:u1001@ims.mcptt-op.example>;tag=a1
        To: <sip:pf1@mcptt-op.example>
        Call-ID: rgr-1@ue1
        CSeq: 1 MESSAGE
        P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Accept-Contact: *;+g.3gpp.mcptt;require;explicit, *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 731

        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <mcptt-client-id type="Normal"><mcpttString>urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001</mcpttString></mcptt-client-id></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-regroup+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttregroup xmlns="urn:3gpp:ns:preconfiguredRegroup:1.0"><mcpttregroup-Params>
        <preconfig-group-id></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:rg-4711@mcptt-op.example</mcptt-regroup-uri></mcptt-regroup-uri>
        <regroup-action>remove</regroup-action></mcpttregroup-Params></mcpttregroup>
        --mcxb--

        """;

    /// <summary>A client asks for a regroup of two users.</summary>
    public const string CreateUserRegroup = """
        MESSAGE sip:pf1@mcptt-op.example SIP/2.0
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport;branch=z9hG4bKu1
        Max-Forwards: 70
        From: <sip:u1001@ims.mcptt-op.example>;tag=a1
        To: <sip:pf1@mcptt-op.example>
        Call-ID: rgu-1@ue1
        CSeq: 1 MESSAGE
        P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Accept-Contact: *;+g.3gpp.mcptt;require;explicit, *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 919

        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <mcptt-client-id type="Normal"><mcpttString>urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001</mcpttString></mcptt-client-id></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-regroup+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttregroup xmlns="urn:3gpp:ns:preconfiguredRegroup:1.0"><mcpttregroup-Params>
        <preconfig-group-id><preconfigured-group>sip:pcfg-major@mcptt-op.example</preconfigured-group></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:rg-4712@mcptt-op.example</mcptt-regroup-uri></mcptt-regroup-uri>
        <users-for-regroup><user>sip:bob@mcptt-op.example</user><user>sip:carol@partner.example</user></users-for-regroup><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>
        --mcxb--

        """;

    /// <summary>A client affiliates.</summary>
    public const string Affiliation = """
        PUBLISH sip:pf1@mcptt-op.example SIP/2.0
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport;branch=z9hG4bKs2
        Max-Forwards: 70
        From: <sip:u1001@ims.mcptt-op.example>;tag=s2
        To: <sip:pf1@mcptt-op.example>
        Call-ID: pub-2@ue1
        CSeq: 1 PUBLISH
        Event: presence
        Expires: 4294967295
        P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 778

        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <mcptt-request-uri type="Normal"><mcpttURI>sip:alice@mcptt-op.example</mcpttURI></mcptt-request-uri></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/pidf+xml

        <?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:mcpttPI10="urn:3gpp:ns:mcpttPresInfo:1.0" entity="sip:alice@mcptt-op.example">
        <tuple id="urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001"><status><mcpttPI10:affiliation group="sip:fire-north@mcptt-op.example"/><mcpttPI10:affiliation group="sip:rail-ops@partner.example"/></status></tuple>
        <mcpttPI10:p-id>af-0001</mcpttPI10:p-id></presence>
        --mcxb--

        """;

    /// <summary>A client calls a temporary group.</summary>
    public const string BroadcastInvite = """
        INVITE sip:pf1@mcptt-op.example SIP/2.0
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport;branch=z9hG4bKb1
        Max-Forwards: 70
        From: <sip:u1001@ims.mcptt-op.example>;tag=b1
        To: <sip:pf1@mcptt-op.example>
        Call-ID: bc-1@ue1
        CSeq: 1 INVITE
        Contact: <sip:u1001@192.0.2.10:5061;transport=tls>;+g.3gpp.mcptt;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt"
        Accept-Contact: *;+g.3gpp.mcptt;require;explicit, *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit
        P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt
        Supported: timer,100rel,norefersub
        Session-Expires: 1800
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 1840

        --mcxb
        Content-Type: application/sdp

        v=0
        o=alice 3900000001 1 IN IP4 192.0.2.10
        s=-
        c=IN IP4 192.0.2.10
        t=0 0
        m=audio 40100 RTP/SAVP 98
        i=speech
        a=rtpmap:98 AMR-WB/16000/1
        a=fmtp:98 mode-change-capability=2;max-red=0
        m=application 40102 udp MCPTT
        a=fmtp:MCPTT mc_queueing;mc_priority=7;mc_granted;mc_implicit_request
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <session-type>prearranged</session-type><mcptt-request-uri type="Normal"><mcpttURI>sip:tg-77@mcptt-op.example</mcpttURI></mcptt-request-uri><broadcast-ind>true</broadcast-ind><mcptt-client-id type="Normal"><mcpttString>urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001</mcpttString></mcptt-client-id><anyExt><tgmk:tgmk-list xmlns:tgmk="urn:example:mediaengine:tgmk:1"><tgmk:entry group="sip:fire-north@mcptt-op.example" gmk-id="10a1b2c3" ref="cid:tgmk-a@ue1.mcptt-op.example"/><tgmk:entry group="sip:rail-ops@partner.example" gmk-id="1f00aa55" ref="cid:tgmk-b@ue1.mcptt-op.example"/></tgmk:tgmk-list></anyExt></mcptt-Params></mcpttinfo>
        --mcxb
        Content-Type: application/mikey
        Content-Transfer-Encoding: base64
        Content-ID: <tgmk-a@ue1.mcptt-op.example>
        Content-Disposition: by-reference;handling=optional

        qlCMIYf8pW85f/da3FK5TgLzgSLN1IvUIQUQbl4PjhQWo26G9v7V1GX/MyURoM4ahjtV02SyWnzaol2xmr+WSMg2H5tGjmjIbaAkJw4JSc4TnLcEuNfM5YZoG5nzp+pWE5izdv3M4lxaU5k2fnaJHoUSHAEOyRnMJDsaUZ2Vu8ZOgICU
        --mcxb
        Content-Type: application/mikey
        Content-Transfer-Encoding: base64
        Content-ID: <tgmk-b@ue1.mcptt-op.example>
        Content-Disposition: by-reference;handling=optional

        BYFqFWDblH1v95jjCQmBb0APFCMOmgavrI+LITEnqiFblQ53lB0BzfJG0AsezlRryVI0t32YtEyRh+JzOvppaqvbwrXMLHpRm3K/ehZMWOv4kqsMLfZGghNwXMLw2oVhDNINN9uqeZ0dL28ErbqwuelYsIPzjgZRLN763SCGP5gjn9Cd
        --mcxb--

        """;

    /// <summary>The controlling function answers it.</summary>
    public const string BroadcastAnswer = """
        SIP/2.0 200 OK
        Via: SIP/2.0/TLS 192.0.2.10:5061;rport=5061;received=192.0.2.10;branch=z9hG4bKb1
        Record-Route: <sip:edge1.mcptt-op.example:5061;transport=tls;lr>
        From: <sip:u1001@ims.mcptt-op.example>;tag=b1
        To: <sip:pf1@mcptt-op.example>;tag=pf1
        Call-ID: bc-1@ue1
        CSeq: 1 INVITE
        Contact: <sip:s-90ff@cf1.mcptt-op.example;gr=11ac>;+g.3gpp.mcptt;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";isfocus
        P-Asserted-Identity: <sip:cf1@mcptt-op.example>
        Require: timer
        Session-Expires: 1800;refresher=uac
        Supported: timer,tdialog,norefersub,explicitsub,nosub
        Allow: INVITE,ACK,CANCEL,BYE,UPDATE,PRACK,REFER,MESSAGE,INFO,NOTIFY,SUBSCRIBE
        Content-Type: multipart/mixed;boundary=mcxb
        Content-Length: 687

        --mcxb
        Content-Type: application/sdp

        v=0
        o=cf1 3900000001 1 IN IP4 198.51.100.1
        s=-
        c=IN IP4 198.51.100.1
        t=0 0
        m=audio 50000 RTP/SAVP 98
        i=speech
        a=rtpmap:98 AMR-WB/16000/1
        a=fmtp:98 mode-change-capability=2;max-red=0
        m=application 50002 udp MCPTT
        a=fmtp:MCPTT mc_queueing;mc_priority=7
        --mcxb
        Content-Type: application/vnd.3gpp.mcptt-info+xml

        <?xml version="1.0" encoding="UTF-8"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>
        <session-type>prearranged</session-type><mcptt-calling-group-id type="Normal"><mcpttURI>sip:tg-77@mcptt-op.example</mcpttURI></mcptt-calling-group-id><broadcast-ind>true</broadcast-ind></mcptt-Params></mcpttinfo>
        --mcxb--

        """;
}
