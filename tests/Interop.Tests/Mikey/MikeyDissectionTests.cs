using System.Globalization;
using System.Net;
using System.Text;
using MediaEngine.Keys;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>An independent dissector reads our messages field by field: on MIKEY's own port, and in a session description.</summary>
/// <remarks>
/// The dissector of Wireshark 4.0 ends at a GENERIC-ID map, whose length it does not know; MCX's default profile has none.
/// </remarks>
public sealed class MikeyDissectionTests
{
    private const int MikeyPort = 2269, SipPort = 5060;

    [Fact]
    public async Task AnIMessageIsDecodedFieldByField()
    {
        byte[] message = new MadeMessages().PrivateCall(out McxKey key);
        using (key)
        {
            var expected = new Dictionary<string, string>
            {
                ["mikey.version"] = "1",
                ["mikey.type"] = "26",
                ["mikey.v.set"] = "0",
                ["mikey.prf_func"] = "1",
                ["mikey.csb_id"] = $"0x{key.Id}",
                ["mikey.cs_count"] = "0",
                ["mikey.cs_id_map_type"] = "1",
                ["mikey.next_payload"] = "5|11|14|14|14|14|10|26|21|4",
                ["mikey.t.ts_type"] = "0",
                ["mikey.rand.len"] = "16",
                ["mikey.rand.data"] = Convert.ToHexStringLower(key.Rand),
                ["mikey.id.role"] = "1|2|6|7",
                ["mikey.id.type"] = "1|1|1|1",
                ["mikey.id.data"] = $"{MadeMessages.Initiator}|{MadeMessages.Responder}|{MadeMessages.KmsUri}|{MadeMessages.KmsUri}",
                ["mikey.sp.no"] = "0",
                ["mikey.sp.proto_type"] = "0",
                ["mikey.sp.encr_alg"] = "6",
                ["mikey.sp.encr_len"] = "16",
                ["mikey.sp.auth_alg"] = "4",
                ["mikey.sp.salt_len"] = "12",
                ["mikey.sp.prf"] = "0",
                ["mikey.sp.kd_rate"] = "0",
                ["mikey.sakke.params"] = "1",
                ["mikey.sakke.idscheme"] = "2",
                ["mikey.sakke.len"] = "273",
                ["mikey.sakke.data"] = Repeated("5a", 273),
                ["mikey.ext.type"] = "7",
                ["mikey.sign.type"] = "2",
                ["mikey.sign.len"] = "129",
                ["mikey.sign.data"] = Repeated("c3", 129),
                ["_ws.malformed"] = "",
            };
            await AssertDecodedAsync(MikeyPort, message, expected);
            Assert.StartsWith("Mar  4, 2026 05:06:07", (await DecodeAsync(MikeyPort, message, ["mikey.t.ntp"]))[0], StringComparison.Ordinal);
            await AssertDecodedAsync(SipPort, Invitation(message), new Dictionary<string, string>(expected) { ["sip.Method"] = "INVITE" });
        }
    }

    [Fact]
    public async Task APresharedKeyMessageIsDecoded()
    {
        byte[] message = new MadeMessages().TemporaryGroup(out McxKey key);
        using (key)
        {
            await AssertDecodedAsync(MikeyPort, message, new Dictionary<string, string>
            {
                ["mikey.type"] = "0",
                ["mikey.csb_id"] = $"0x{key.Id}",
                ["mikey.next_payload"] = "5|11|14|21|1|0",
                ["mikey.rand.data"] = Convert.ToHexStringLower(key.Rand),
                ["mikey.id.role"] = "4",
                ["mikey.kemac.encr_alg"] = "1",
                ["mikey.kemac.key_data_len"] = "20",
                ["mikey.kemac.key_data"] = Convert.ToHexStringLower(message.AsSpan(message.Length - 33 - 20, 20)),
                ["_ws.malformed"] = "",
            });
        }
    }

    private static async Task AssertDecodedAsync(int port, byte[] datagram, Dictionary<string, string> expected)
    {
        string[] fields = [.. expected.Keys];
        string[] values = await DecodeAsync(port, datagram, fields);
        Assert.Equal(fields.Select(field => $"{field} {expected[field]}"), fields.Zip(values, (field, value) => $"{field} {value}"));
    }

    private static async Task<string[]> DecodeAsync(int port, byte[] datagram, string[] fields)
    {
        using var folder = new TemporaryFolder();
        string capture = folder.File("mikey.pcap");
        await WriteAsync(capture, port, datagram);
        string line = Assert.Single(Tshark.Run(
            ["-r", capture, "-T", "fields", "-E", "aggregator=|", .. fields.SelectMany(field => new[] { "-e", field }), "-e", "frame.number"]));
        return line.Split('\t')[..^1];
    }

    private static async Task WriteAsync(string capture, int port, byte[] datagram)
    {
        var end = new IPEndPoint(IPAddress.Loopback, port);
        await using var writer = new PcapWriter(capture);
        writer.Udp(end, end, datagram);
    }

    private static byte[] Invitation(byte[] message)
    {
        string body = "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
            $"a=key-mgmt:mikey {Convert.ToBase64String(message)}\r\nm=audio 9 RTP/SAVP 8\r\n";
        return Encoding.ASCII.GetBytes(
            "INVITE sip:bob@mcx.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:alice@mcx.example>;tag=1\r\n" +
            "To: <sip:bob@mcx.example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n" +
            string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}"));
    }

    private static string Repeated(string octet, int count) => string.Concat(Enumerable.Repeat(octet, count));
}
