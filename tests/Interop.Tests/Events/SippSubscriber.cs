using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>SIPp as a subscriber: it registers, subscribes to its own affiliations, refreshes, ends the subscription.</summary>
internal static class SippSubscriber
{
    private const string From = "<sip:u-phone@mcx.example>;tag=[pid]S[call_number]";

    private const string Common = $"""
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        Max-Forwards: 70
        From: {From}
        Call-ID: [call_id]
        Contact: <sip:u-phone@[local_ip]:[local_port];transport=[transport]>
        """;

    private const string Accepted = """
        <send><![CDATA[

        SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:]
        [last_Call-ID:]
        [last_CSeq:]
        Contact: <sip:u-phone@[local_ip]:[local_port];transport=[transport]>
        Content-Length: 0

        ]]></send>
        """;

    /// <summary>Runs the scenario to its end.</summary>
    /// <param name="folder">Where the scenario is written.</param>
    /// <param name="server">Of that transport.</param>
    /// <param name="group">What its affiliations must name.</param>
    public static async Task RunAsync(TemporaryFolder folder, IPEndPoint server, SipTransportKind transport, string group)
    {
        PeerProgram.Require("sipp", "sip-tester");
        string file = folder.File($"subscriber-{transport}.xml");
        await File.WriteAllTextAsync(file, Scenario(group));
        await PeerProgram.RunAsync("sipp",
        [
            server.ToString(), "-sf", file, "-i", "127.0.0.1", "-p", FreePort(transport).ToString(CultureInfo.InvariantCulture), "-t", transport == SipTransportKind.Udp ? "u1" : "t1",
            "-m", "1", "-nostdin", "-timeout", "25", "-timeout_error", "-recv_timeout", "10000", "-auth_uri", "mcx.example",
        ]);
    }

    private static string Scenario(string group) => $"""
        <?xml version="1.0" encoding="ISO-8859-1" ?>
        <scenario name="subscriber">
        {Register(1, "")}
        <recv response="401" auth="true"/>
        {Register(2, $"[authentication username=u-phone password={SmallSystem.PhonePassword}]\n")}
        <recv response="200"/>
        {Subscribe(3, "", 7200)}
        <recv response="200"><action>
          <ereg regexp="tag=([^;[:space:]]+)" search_in="hdr" header="To:" check_it="true" assign_to="all,tag"/>
          <ereg regexp="^ *3600" search_in="hdr" header="Expires:" check_it="true" assign_to="granted"/>
        </action></recv>
        {Notified("active;expires=3[56][0-9][0-9]", "presence", group)}
        {Subscribe(4, ";tag=[$tag]", 600)}
        <recv response="200"/>
        {Notified("active;expires=(600|59[0-9])", "presence", group)}
        {Subscribe(5, ";tag=[$tag]", 0)}
        <recv response="200"/>
        {Notified("terminated;reason=timeout", "presence", group)}
        {Subscribe(6, ";tag=[$tag]", 600)}
        <recv response="481"/>
        <Reference variables="all,granted,state,event,body"/>
        </scenario>
        """;

    private static string Register(int number, string credentials) => $"""
        <send retrans="500"><![CDATA[

        REGISTER sip:mcx.example SIP/2.0
        {Common}
        To: <sip:u-phone@mcx.example>
        CSeq: {number} REGISTER
        Expires: 600
        {credentials}Content-Length: 0

        ]]></send>
        """;

    private static string Subscribe(int number, string tag, int expires) => $"""
        <send retrans="500"><![CDATA[

        SUBSCRIBE sip:mcptt@mcx.example SIP/2.0
        {Common}
        To: <sip:mcptt@mcx.example>{tag}
        CSeq: {number} SUBSCRIBE
        Event: presence
        Accept: application/pidf+xml
        Expires: {expires}
        Content-Type: application/vnd.3gpp.mcptt-info+xml
        Content-Length: [len]

        <?xml version="1.0"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params><mcptt-request-uri><mcpttURI>sip:phone@mcx.example</mcpttURI></mcptt-request-uri></mcptt-Params></mcpttinfo>
        ]]></send>
        """;

    private static string Notified(string state, string package, string group) => $"""
        <recv request="NOTIFY"><action>
          <ereg regexp="{state}" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="state"/>
          <ereg regexp="{package}" search_in="hdr" header="Event:" check_it="true" assign_to="event"/>
          <ereg regexp="{group}" search_in="body" check_it="true" assign_to="body"/>
        </action></recv>
        {Accepted}
        """;

    private static int FreePort(SipTransportKind transport)
    {
        bool udp = transport == SipTransportKind.Udp;
        using var probe = new Socket(AddressFamily.InterNetwork, udp ? SocketType.Dgram : SocketType.Stream, udp ? ProtocolType.Udp : ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
