namespace MediaEngine.Interop.Tests;

/// <summary>
/// tshark on a capture of the demo. Its ports are of no protocol's own, and some may be another protocol's: each is named.
/// </summary>
internal sealed class Analyser
{
    /// <summary>SIP without binary bodies, which the analyser reads as text up to their first zero and complains.</summary>
    public const string TextOnlySip = "sip && !(mime_multipart.header.content-type contains \"mikey\")";

    private readonly string _capture;
    private readonly List<string> _options = [];

    private Analyser(string capture, IReadOnlyList<CapturedDatagram> datagrams, bool keyMessages = false)
    {
        PeerProgram.Require("tshark", "tshark");
        _capture = capture;
        if (!keyMessages)
            _options.AddRange(["--disable-protocol", "mikey"]);
        Decode("tcp", "sip", datagrams.Where(datagram => datagram.IsTcp));
        Decode("udp", "sip", datagrams.Where(datagram => !datagram.IsTcp && !datagram.IsMedia && !datagram.IsFloor));
    }

    /// <summary>SIP is decoded; media only as far as SIP told of it; floor control is left alone, for it is encrypted.</summary>
    /// <param name="keyMessages">
    /// Decode MIKEY: the analyser gives up at a GENERIC-ID map (RFC 6043), and with it the rest of the TCP segment.
    /// </param>
    public static Analyser OfEncrypted(DemoRun demo, bool keyMessages = false)
    {
        var analyser = new Analyser(demo.CapturePath, demo.Encrypted, keyMessages);
        analyser.Decode("udp", "data", demo.Encrypted.Where(datagram => datagram.IsFloor));
        return analyser;
    }

    /// <summary>As if the encrypted floor control were not.</summary>
    public static Analyser OfEncryptedTakenForClear(DemoRun demo)
    {
        var analyser = new Analyser(demo.CapturePath, demo.Encrypted);
        analyser.Decode("udp", "rtcp", demo.Encrypted.Where(datagram => datagram.IsFloor));
        return analyser;
    }

    /// <summary>Everything is decoded. The session descriptions say RTP/SAVP, which it is no more.</summary>
    public static Analyser OfClear(DemoRun demo)
    {
        var analyser = new Analyser(demo.ClearPath, demo.Clear);
        analyser._options.AddRange(["-o", "sdp.establish_conversation:FALSE"]);
        analyser.Decode("udp", "rtcp", demo.Clear.Where(datagram => datagram.IsFloor));
        analyser.Decode("udp", "rtp", demo.Clear.Where(datagram => datagram.IsMedia));
        return analyser;
    }

    /// <summary>The fields of each packet that matches; of a field that is there more than once, all values.</summary>
    public async Task<string[][][]> FieldsAsync(string filter, params string[] fields)
    {
        string output = await PeerProgram.RunAsync("tshark",
        [
            "-r", _capture, .. _options, "-Y", filter, "-T", "fields", "-E", "aggregator=|",
            .. fields.SelectMany(field => new[] { "-e", field }),
        ]);
        return
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t').Select(values => values.Split('|', StringSplitOptions.RemoveEmptyEntries)).ToArray()),
        ];
    }

    /// <summary>Complaints about these packets: malformed, or of severity warning and above, with the frame's number.</summary>
    public async Task<IEnumerable<string>> ComplaintsAsync(string filter)
    {
        const int warning = 0x600000;
        string[][][] frames = await FieldsAsync(
            $"({filter}) && (_ws.malformed || _ws.unreassembled || _ws.expert.severity >= {warning})", "frame.number", "frame.protocols", "_ws.expert.message");
        return frames.Select(fields => string.Join(' ', fields.Select(values => string.Join(", ", values))));
    }

    private void Decode(string transport, string protocol, IEnumerable<CapturedDatagram> datagrams)
    {
        foreach (int port in datagrams.SelectMany(datagram => new[] { datagram.Source.Port, datagram.Destination.Port }).Distinct().Order())
            _options.AddRange(["-d", $"{transport}.port=={port},{protocol}"]);
    }
}
