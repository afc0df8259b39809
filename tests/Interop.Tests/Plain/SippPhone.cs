using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A telephone put together from programs that know nothing of this project: SIPp speaks SIP, GStreamer makes and reads the
/// media; the test carries the packets.
/// </summary>
internal sealed partial class SippPhone : IDisposable
{
    public const byte TelephoneEvent = 101;
    private const int StoppedByScenario = 97;
    private const uint Ssrc = 0x0A0B_0C0D;

    private readonly TemporaryFolder _folder = new();
    private readonly Socket _media = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _server;
    private readonly SipTransportKind _transport;
    private readonly IPEndPoint _mediaServer;
    private readonly string? _key;
    private readonly int _sipPort = LoopbackPort.Free().Port;
    private ushort _sequence = 100;

    /// <param name="server">Where the server, or what stands before it, listens.</param>
    /// <param name="secure">SRTP, AEAD_AES_128_GCM with keys in the SDP; else RTP in clear.</param>
    /// <param name="transport">SIPp itself knows UDP and TCP: others are TCP to what brings it to the server that way.</param>
    public SippPhone(IPEndPoint server, bool secure, SipTransportKind transport = SipTransportKind.Udp)
    {
        _server = server;
        _transport = transport;
        _key = secure ? Convert.ToHexStringLower([.. Enumerable.Range(1, 28).Select(i => (byte)i)]) : null;
        _media.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _mediaServer = new IPEndPoint(IPAddress.Loopback, 0);
    }

    public Task RegisterAsync() => RunAsync("register", Scenario("register", Register), "-auth_uri", Domain);

    /// <summary>Calls the group and stays in the call until the server ends it.</summary>
    public Task CallAsync(string group) => RunAsync("call", Scenario("call", CallTo(group), UntilBye), "-auth_uri", group["sip:".Length..]);

    /// <summary>Calls the group and hangs up a little later.</summary>
    public Task CallAndHangUpAsync(string group) => RunAsync("call", Scenario("call", CallTo(group), HangUp(group)), "-auth_uri", group["sip:".Length..]);

    /// <summary>
    /// Waits to be called, answers, and stays in the call until the server ends it. Where only a connection leads to it, it registers
    /// over that first.
    /// </summary>
    public async Task AnswerAsync()
    {
        if (_transport is SipTransportKind.Udp or SipTransportKind.Tcp)
        {
            await RunAsync("answer", Scenario("answer", Answer, UntilBye));
            return;
        }
        string answer = await WriteAsync("answer", Scenario("answer", Answer, UntilBye, "<nop><action><exec int_cmd=\"stop_now\"/></action></nop>"));
        (int exitCode, string said) = await TryRunAsync(
            "register", Scenario("register", Register, "<pause milliseconds=\"20000\"/>"), "-auth_uri", Domain, "-oocsf", answer);
        Assert.True(exitCode == StoppedByScenario, said);
    }

    /// <summary>Waits until the server can call it.</summary>
    public Task IsReadyAsync() => _transport switch
    {
        SipTransportKind.Udp => Task.CompletedTask,
        SipTransportKind.Tcp => Eventually.IsTrueAsync(() => LoopbackPort.ListensAsync(new IPEndPoint(IPAddress.Loopback, _sipPort))),
        _ => FromServerAsync(Registered()),
    };

    /// <summary>Waits to be called, answers, and is gone without a word.</summary>
    public Task AnswerAndVanishAsync() => RunAsync("answer", Scenario("answer", Answer));

    /// <summary>Waits to be called, answers, is asked by re-INVITE whether it is there, says so, and stays until the server ends the call.</summary>
    public Task AnswerAndBeRefreshedAsync() => RunAsync("answer", Scenario("answer", Answer, Refreshed, UntilBye));

    /// <summary>As many packets of the server's voice, in the order of their sequence numbers, as A-law octets.</summary>
    public async Task<byte[]> ListenAsync(int packets, CancellationToken cancellation)
    {
        var received = new SortedDictionary<ushort, byte[]>();
        byte[] buffer = new byte[2048];
        while (received.Count < packets)
        {
            SocketReceiveFromResult result = await _media.ReceiveFromAsync(buffer, SocketFlags.None, _mediaServer, cancellation);
            received[BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2))] = buffer[..result.ReceivedBytes];
        }
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(received.Values.First().AsSpan(8));
        return await GStreamer.ReadOctetsAsync(received.Values, ssrc, _key is null ? null : await ServerKeyAsync());
    }

    /// <summary>Says a tone; returns its A-law octets.</summary>
    public async Task<byte[]> SayAsync(int packets, CancellationToken cancellation)
    {
        (byte[][] voice, byte[] octets) = await GStreamer.EncryptToneAsync(packets, Ssrc, _sequence, _key, mki: null);
        _sequence += (ushort)packets;
        IPEndPoint server = await ServerMediaAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        foreach (byte[] packet in voice)
        {
            await timer.WaitForNextTickAsync(cancellation);
            await _media.SendToAsync(packet, server, cancellation);
        }
        return octets;
    }

    /// <summary>Presses the star key (RFC 4733), in clear.</summary>
    public async Task PressAsync(uint timestamp, CancellationToken cancellation)
    {
        IPEndPoint server = await ServerMediaAsync();
        for (int i = 0; i < 5; i++)
        {
            byte[] packet = new byte[16];
            packet[0] = 0x80;
            packet[1] = TelephoneEvent;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), ++_sequence);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), Ssrc);
            packet[12] = 10;
            packet[13] = (byte)(i < 2 ? 0x0A : 0x8A);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), (ushort)(160 * (1 + Math.Min(i, 2))));
            await _media.SendToAsync(packet, server, cancellation);
        }
    }

    /// <summary>Waits for the ACK of its answer to a re-INVITE.</summary>
    public Task IsRefreshedAsync() => FromServerAsync(SecondAck());

    public void Dispose()
    {
        _media.Dispose();
        _folder.Dispose();
    }

    private string MediaPort => ((IPEndPoint)_media.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);

    private string MediaLines => _key is null
        ? $"m=audio {MediaPort} RTP/AVP 8 {TelephoneEvent}\na=rtpmap:8 PCMA/8000\na=rtpmap:{TelephoneEvent} telephone-event/8000"
        : $"m=audio {MediaPort} RTP/SAVP 8 {TelephoneEvent}\na=crypto:1 AEAD_AES_128_GCM inline:{Convert.ToBase64String(Convert.FromHexString(_key))}\n"
            + $"a=rtpmap:8 PCMA/8000\na=rtpmap:{TelephoneEvent} telephone-event/8000";

    private async Task<string> WriteAsync(string name, string scenario)
    {
        string file = _folder.File($"{name}.xml");
        await File.WriteAllTextAsync(file, scenario
            .Replace("MEDIA", MediaLines, StringComparison.Ordinal)
            .Replace("VIA", _transport.ViaName(), StringComparison.Ordinal)
            .Replace("TRANSPORT", _transport.UriName(), StringComparison.Ordinal));
        return file;
    }

    private async Task RunAsync(string name, string scenario, params string[] more)
    {
        (int exitCode, string said) = await TryRunAsync(name, scenario, more);
        Assert.True(exitCode == 0, said);
    }

    private async Task<(int ExitCode, string Said)> TryRunAsync(string name, string scenario, params string[] more)
    {
        string file = await WriteAsync(name, scenario);
        File.Delete(_folder.File("messages.log"));
        (int exitCode, string output, string errors) = await PeerProgram.TryRunAsync("sipp",
        [
            .. name == "answer" ? (string[])[] : [_server.ToString()],
            "-sf", file, "-i", "127.0.0.1", "-p", _sipPort.ToString(CultureInfo.InvariantCulture), "-t", _transport == SipTransportKind.Udp ? "u1" : "t1", "-m", "1", "-nostdin", "-timeout", "25", "-timeout_error",
            "-trace_msg", "-message_file", _folder.File("messages.log"), "-message_overwrite", "true", .. more,
        ]);
        return (exitCode, $"SIPp's {name} ended with {exitCode}: {errors}{output}");
    }

    private async Task<IPEndPoint> ServerMediaAsync() =>
        new(IPAddress.Loopback, int.Parse((await FromServerAsync(AudioPort())).Groups[1].Value, CultureInfo.InvariantCulture));

    private async Task<string> ServerKeyAsync() =>
        Convert.ToHexStringLower(Convert.FromBase64String((await FromServerAsync(CryptoKey())).Groups[1].Value));

    // The last line of the kind in what SIPp received.
    private async Task<Match> FromServerAsync(Regex line)
    {
        for (int i = 0; i < 500; i++)
        {
            if (File.Exists(_folder.File("messages.log")))
            {
                using var reader = new StreamReader(new FileStream(_folder.File("messages.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                string[] messages = (await reader.ReadToEndAsync()).Split("-----------------------------------------------");
                foreach (string message in messages.Reverse().Where(message => message.Contains("message received", StringComparison.Ordinal)))
                {
                    if (line.Match(message) is { Success: true } match)
                        return match;
                }
            }
            await Task.Delay(20);
        }
        throw new InvalidOperationException($"The server sent no {line}.");
    }

    // The INVITE was 1.
    [GeneratedRegex(@"CSeq: 2 ACK")]
    private static partial Regex SecondAck();

    [GeneratedRegex(@"SIP/2\.0 200 OK\r?\n(.*\n)*CSeq: 2 REGISTER")]
    private static partial Regex Registered();

    [GeneratedRegex(@"m=audio (\d+) RTP")]
    private static partial Regex AudioPort();

    [GeneratedRegex(@"a=crypto:1 AEAD_AES_128_GCM inline:([A-Za-z0-9+/=]+)")]
    private static partial Regex CryptoKey();

    private const string Domain = "mcx.example";
    private const string From = "<sip:u-phone@mcx.example>;tag=[call_number]";
    private const string Contact = "<sip:u-phone@[local_ip]:[local_port];transport=TRANSPORT>";
    private const string Via = "SIP/2.0/VIA [local_ip]:[local_port];branch=[branch]";

    private static readonly string Register = Challenged(
        "REGISTER", "sip:mcx.example", "<sip:u-phone@mcx.example>", $"Contact: {Contact};expires=600\nSupported: path\nContent-Length: 0\n", number: 1);

    private static string CallTo(string group) => $"""
        {Challenged("INVITE", group, $"<{group}>", Described, number: 1)}
        <send><![CDATA[

        ACK [next_url] SIP/2.0
        Via: {Via}
        [routes]
        Max-Forwards: 70
        From: {From}
        To: <{group}>[peer_tag_param]
        Call-ID: [call_id]
        CSeq: [last_cseq_number] ACK
        Content-Length: 0

        ]]></send>
        """;

    // SIPp's digests are for one URI in a run: this is not challenged over a connection that is known.
    private static string HangUp(string group) => $"""
        <pause milliseconds="1500"/>
        <send retrans="500"><![CDATA[

        BYE [next_url] SIP/2.0
        Via: {Via}
        [routes]
        Max-Forwards: 70
        From: {From}
        To: <{group}>[peer_tag_param]
        Call-ID: [call_id]
        CSeq: 3 BYE
        Content-Length: 0

        ]]></send>
        <recv response="200"/>
        """;

    private const string Described = $"""
        Contact: {Contact}
        Content-Type: application/sdp
        Content-Length: [len]

        v=0
        o=phone 1 1 IN IP[local_ip_type] [local_ip]
        s=-
        c=IN IP[local_ip_type] [local_ip]
        t=0 0
        MEDIA
        """;

    private static string Scenario(string name, params string[] parts) =>
        $"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"{name}\">\n{string.Join('\n', parts)}\n</scenario>\n";

    /// <summary>A request that is answered 200, after a challenge if there is one.</summary>
    private static string Challenged(string method, string uri, string to, string rest, int number)
    {
        string Send(int number, string credentials) => $"""
            <send retrans="500"><![CDATA[

            {method} {uri} SIP/2.0
            Via: {Via}
            Max-Forwards: 70
            From: {From}
            To: {to}
            Call-ID: [call_id]
            CSeq: {number} {method}
            {credentials}{rest}

            ]]></send>
            <recv response="100" optional="true"/>
            <recv response="180" optional="true"/>
            """;

        string acknowledge = method != "INVITE" ? "" : $"""
            <send><![CDATA[

            ACK {uri} SIP/2.0
            [last_Via:]
            Max-Forwards: 70
            From: {From}
            [last_To:]
            Call-ID: [call_id]
            CSeq: {number} ACK
            Content-Length: 0

            ]]></send>
            """;
        return $"""
            {Send(number, "")}
            <recv response="401" auth="true" optional="true" next="{number}"/>
            <recv response="200" rrs="true" next="{number + 1}"/>
            <label id="{number}"/>
            {acknowledge}
            {Send(number + 1, $"[authentication username=u-phone password={SmallSystem.PhonePassword}]\n")}
            <recv response="200" rrs="true"/>
            <label id="{number + 1}"/>
            """;
    }

    private const string UntilBye = """
        <recv request="BYE"/>
        <send><![CDATA[

        SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:]
        [last_Call-ID:]
        [last_CSeq:]
        Content-Length: 0

        ]]></send>
        """;

    private const string Refreshed = $"""
        <recv request="INVITE"/>
        <send retrans="500"><![CDATA[

        SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:]
        [last_Call-ID:]
        [last_CSeq:]
        {Described}

        ]]></send>
        <recv request="ACK"/>
        """;

    private const string Answer = $"""
        <recv request="INVITE"/>
        <send retrans="500"><![CDATA[

        SIP/2.0 200 OK
        [last_Via:]
        [last_Record-Route:]
        [last_From:]
        [last_To:];tag=[call_number]
        [last_Call-ID:]
        [last_CSeq:]
        {Described}

        ]]></send>
        <recv request="ACK"/>
        """;
}
