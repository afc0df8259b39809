using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>What the analyser reads in datagrams of media plane control, one datagram a frame.</summary>
internal static partial class FloorDissector
{
    private static readonly IPEndPoint Sender = new(IPAddress.Loopback, 5000);
    private static readonly IPEndPoint Receiver = new(IPAddress.Loopback, 5001);

    // How fields are framed is not what they say: identifier, length, padding, spare octets.
    private static readonly HashSet<string> Framing =
    [
        "rtcp.version", "rtcp.padding", "rtcp.pt", "rtcp.length", "rtcp.length_check", "rtcp.app.name", "rtcp.app.subtype",
        "rtcp.ssrc.identifier", "rtcp.mcptt.fld_id", "rtcp.mcptt.fld_len",
        "rtcp.app_data.padding", "rtcp.spare16", "rtcp.app_data.mccp.field_id", "rtcp.app_data.mccp.len", "rtcp.mcptt.unknown_fld",
    ];

    public static async Task<DissectedDatagram[]> DissectAsync(IEnumerable<byte[]> datagrams)
    {
        PeerProgram.Require("tshark", "tshark");
        using var folder = new TemporaryFolder();
        string capture = folder.File("floor.pcap");
        await using (var writer = new PcapWriter(capture))
        {
            foreach (byte[] datagram in datagrams)
                writer.Udp(Sender, Receiver, datagram);
        }
        string pdml = await PeerProgram.RunAsync("tshark", ["-r", capture, "-d", $"udp.port=={Receiver.Port},rtcp", "-T", "pdml"]);
        return [.. XDocument.Parse(pdml).Root!.Elements("packet").Select(Read)];
    }

    private static DissectedDatagram Read(XElement packet)
    {
        string[] complaints =
        [
            .. packet.Descendants("field").Where(field => NameOf(field) == "_ws.expert").Select(field => Text(field)),
            .. packet.Elements("proto").Where(proto => NameOf(proto).StartsWith("_ws.", StringComparison.Ordinal)).Select(proto => Text(proto)),
        ];
        return new DissectedDatagram(
            [.. packet.Elements("proto").Where(proto => NameOf(proto) == "rtcp").Select(ReadMessage)], complaints);
    }

    private static DissectedMessage ReadMessage(XElement message)
    {
        XElement[] fields = [.. message.Descendants("field").Where(field => NameOf(field).StartsWith("rtcp.", StringComparison.Ordinal))];
        XElement? Find(string name) => fields.FirstOrDefault(field => NameOf(field) == name);
        return new DissectedMessage(
            Show(Find("rtcp.app.name")!), Text(Find("rtcp.app.subtype")!), Show(Find("rtcp.ssrc.identifier")!),
            [.. fields.Where(field => !Framing.Contains(NameOf(field))).Select(Text)],
            Find("rtcp.length_check") is { } check ? Show(check) == "1" : null);
    }

    private static string NameOf(XElement element) => element.Attribute("name")!.Value;

    private static string Show(XElement element) => element.Attribute("show")!.Value;

    // What the analyser says of the field; of one it does not know, all its octets.
    private static string Text(XElement element)
    {
        string text = BitPattern().Replace(element.Attribute("showname")?.Value ?? "", "");
        return NameOf(element) is "rtcp.mcptt.fld_val" or "rtcp.app.data"
            ? $"{text[..text.IndexOf(':', StringComparison.Ordinal)]}: {element.Attribute("value")!.Value}" : text;
    }

    [GeneratedRegex("^[01. ]+ = ")]
    private static partial Regex BitPattern();
}
