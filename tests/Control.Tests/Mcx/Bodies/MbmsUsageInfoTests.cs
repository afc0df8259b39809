using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Mcx;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>TS 24.379 F.2, and the session description that goes with an announcement (14.2.2).</summary>
public class MbmsUsageInfoTests
{
    private const string Namespace = "xmlns=\"urn:3gpp:ns:mcpttMbmsUsage:1.0\"";

    private const string Report = $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <m:mcptt-mbms-usage-info xmlns:m="urn:3gpp:ns:mcpttMbmsUsage:1.0">
          <m:mbms-listening-status>
            <m:mbms-listening-status>listening</m:mbms-listening-status>
            <m:session-id>sip:call-1@mcx.example</m:session-id>
            <m:general-purpose>true</m:general-purpose>
            <m:TMGI>00000121F354</m:TMGI>
            <m:TMGI>000002</m:TMGI>
          </m:mbms-listening-status>
          <m:version>1</m:version>
        </m:mcptt-mbms-usage-info>
        """;

    private static readonly IPEndPoint GeneralPurpose = IPEndPoint.Parse("239.192.1.1:40002");

    [Fact]
    public void A_listening_report_is_read()
    {
        MbmsListeningReport report = Read(Report).Report!;

        Assert.True(report.Listens && report.GeneralPurpose);
        Assert.Equal(["sip:call-1@mcx.example"], report.Sessions);
        Assert.Equal(["00000121f354", "000002"], report.Tmgis.Select(tmgi => tmgi.ToString()));
        Assert.Equal(new byte[] { 0, 0, 1, 0x21, 0xF3, 0x54 }, report.Tmgis[0].Octets.ToArray());
    }

    [Fact]
    public void An_announcement_is_read()
    {
        MbmsAnnouncement announcement = Read(
            $"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>00000121F354</TMGI><QCI>65</QCI></announcement><GPMS>1</GPMS></mcptt-mbms-usage-info>")
            .Announcement!;

        Assert.Equal((Of("00000121f354"), (byte)1), (announcement.Tmgi, announcement.GeneralPurposeLine));
    }

    [Theory]
    [InlineData(true, true, "sip:a@b")]
    [InlineData(false, false)]
    [InlineData(true, false, "sip:a@b", "sip:c@d")]
    public void What_is_written_reads_back_equal(bool listens, bool generalPurpose, params string[] sessions)
    {
        var report = new MbmsListeningReport { Listens = listens, GeneralPurpose = generalPurpose, Sessions = sessions, Tmgis = [Of("00000121f354")] };
        MbmsListeningReport read = Read(new MbmsUsageInfo { Report = report }.Serialise()).Report!;
        Assert.Equal((listens, generalPurpose), (read.Listens, read.GeneralPurpose));
        Assert.Equal(sessions, read.Sessions);
        Assert.Equal(report.Tmgis, read.Tmgis);

        var announcement = new MbmsAnnouncement(Of("000002"), 1);
        Assert.Equal(announcement, Read(new MbmsUsageInfo { Announcement = announcement }.Serialise()).Announcement);
    }

    [Theory]
    [InlineData("<mcptt-mbms-usage-info/>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}/>")]
    [InlineData($"<mbms {Namespace}><announcement><TMGI>000002</TMGI></announcement><GPMS>1</GPMS></mbms>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>0002</TMGI></announcement><GPMS>1</GPMS></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>00000G</TMGI></announcement><GPMS>1</GPMS></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>000002</TMGI></announcement></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>000002</TMGI></announcement><GPMS>0</GPMS></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><announcement><TMGI>000002</TMGI></announcement><GPMS>256</GPMS></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><mbms-listening-status>listening</mbms-listening-status></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><mbms-listening-status><mbms-listening-status>maybe</mbms-listening-status></mbms-listening-status></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><mbms-listening-status><mbms-listening-status>listening</mbms-listening-status><session-id/></mbms-listening-status></mcptt-mbms-usage-info>")]
    [InlineData($"<mcptt-mbms-usage-info {Namespace}><mbms-listening-status><mbms-listening-status>listening</mbms-listening-status><TMGI/></mbms-listening-status></mcptt-mbms-usage-info>")]
    [InlineData($"<!DOCTYPE a><mcptt-mbms-usage-info {Namespace}><announcement><TMGI>000002</TMGI></announcement><GPMS>1</GPMS></mcptt-mbms-usage-info>")]
    public void What_is_no_usage_body_is_refused(string text)
    {
        Assert.False(MbmsUsageInfo.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Sessions_and_TMGIs_of_one_report_are_bounded()
    {
        static MbmsUsageInfo With(int sessions, int tmgis) => new()
        {
            Report = new MbmsListeningReport
            {
                Listens = true,
                Sessions = [.. Enumerable.Range(0, sessions).Select(i => $"sip:{i}@d")],
                Tmgis = [.. Enumerable.Range(0, tmgis).Select(i => Of($"{i:d6}"))],
            },
        };

        Assert.True(MbmsUsageInfo.TryParse(With(64, 16).Serialise(), out _, out _));
        Assert.False(MbmsUsageInfo.TryParse(With(65, 1).Serialise(), out _, out _));
        Assert.False(MbmsUsageInfo.TryParse(With(1, 17).Serialise(), out _, out _));
    }

    [Fact]
    public void Damaged_bodies_never_throw() => Prop.ForAll(Mutation.Of(Encoding.UTF8.GetBytes(Report)).ToArbitrary(), bytes =>
        MbmsUsageInfo.TryParse(bytes, out MbmsUsageInfo read, out string reason)
            ? MbmsUsageInfo.TryParse(read.Serialise(), out _, out _)
            : reason.Length > 0).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData(null)]
    [InlineData(700)]
    public void A_description_of_the_bearer_reads_back_with_its_key_message(int? keyMessage_bytes)
    {
        byte[]? message = keyMessage_bytes is { } length ? [.. Enumerable.Range(0, length).Select(i => (byte)i)] : null;
        byte[] written = BearerDescription.Create(IPAddress.Loopback, GeneralPurpose, 3, message).Serialise();

        Assert.True(SessionDescription.TryParse(written, out SessionDescription description, out _));
        Assert.True(BearerDescription.TryRead(description, new MbmsAnnouncement(Of("000002"), 1), out IPEndPoint read, out byte[]? readMessage));
        Assert.Equal(GeneralPurpose, read);
        Assert.Equal(message, readMessage);
        Assert.Equal(("audio", "application"), (description.Media[1].Kind, description.Media[2].Kind));
    }

    [Theory]
    [InlineData("m=application 40002 udp MCPTT\r\nc=IN IP4 192.0.2.1\r\n", 1)]
    [InlineData("m=application 0 udp MCPTT\r\nc=IN IP4 239.1.1.1\r\n", 1)]
    [InlineData("m=audio 40002 RTP/SAVP 8\r\nc=IN IP4 239.1.1.1\r\n", 1)]
    [InlineData("m=application 40002 udp MCPTT\r\nc=IN IP4 239.1.1.1\r\n", 2)]
    [InlineData("m=application 40002 udp MCPTT\r\nc=IN IP4 239.1.1.1\r\na=key-mgmt:mikey ****\r\n", 1)]
    public void A_description_without_a_subchannel_that_can_be_joined_is_refused(string media, byte line)
    {
        byte[] text = Encoding.UTF8.GetBytes($"v=0\r\no=x 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n{media}");
        Assert.True(SessionDescription.TryParse(text, out SessionDescription description, out _));

        Assert.False(BearerDescription.TryRead(description, new MbmsAnnouncement(Of("000002"), line), out _, out _));
    }

    private static Tmgi Of(string hex) => Tmgi.TryParse(hex, out Tmgi? tmgi) ? tmgi : throw new ArgumentException(hex, nameof(hex));

    private static MbmsUsageInfo Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static MbmsUsageInfo Read(byte[] body)
    {
        Assert.True(MbmsUsageInfo.TryParse(body, out MbmsUsageInfo usage, out string reason), reason);
        return usage;
    }
}
