using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Control.Tests.Sip;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>TS 24.379 F.1.</summary>
public class McpttInfoTests
{
    private const string ClientId = "urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001";

    [Fact]
    public void The_examples_are_read()
    {
        Assert.Equal(new McpttInfo { ClientId = ClientId }, Read(ControlExamples.CreateGroupRegroup));
        Assert.Equal(
            new McpttInfo { RequestUri = "sip:bob@mcptt-op.example", CallingUserId = "sip:alice@mcptt-op.example" },
            Read(ControlExamples.GroupRegroupNotice));
        Assert.Equal(new McpttInfo { RequestUri = "sip:alice@mcptt-op.example" }, Read(ControlExamples.Affiliation));
        // anyExt with elements of another namespace is passed over.
        Assert.Equal(
            new McpttInfo { SessionType = "prearranged", RequestUri = "sip:tg-77@mcptt-op.example", BroadcastIndication = true, ClientId = ClientId },
            Read(ControlExamples.BroadcastInvite));
        Assert.Equal(
            new McpttInfo { SessionType = "prearranged", CallingGroupId = "sip:tg-77@mcptt-op.example", BroadcastIndication = true },
            Read(ControlExamples.BroadcastAnswer));
    }

    [Theory]
    [InlineData("<x:mcpttinfo xmlns:x='urn:3gpp:ns:mcpttInfo:1.0'><x:mcptt-Params><x:mcptt-request-uri type='Normal'><x:mcpttURI> sip:a@b </x:mcpttURI></x:mcptt-request-uri></x:mcptt-Params></x:mcpttinfo>")]
    [InlineData("<mcpttinfo><mcptt-Params><future-element/><mcptt-request-uri>sip:a@b</mcptt-request-uri></mcptt-Params><anyExt/></mcpttinfo>")]
    [InlineData("<mcpttinfo xmlns='urn:3gpp:ns:mcpttInfo:1.0'><mcptt-Params><mcptt-request-uri><mcpttURI><![CDATA[sip:a@b]]></mcpttURI></mcptt-request-uri></mcptt-Params></mcpttinfo>")]
    public void Prefixes_unknown_elements_and_wrapping_do_not_matter(string text)
    {
        Assert.True(McpttInfo.TryParse(Encoding.UTF8.GetBytes(text), out McpttInfo info, out string reason), reason);
        Assert.Equal("sip:a@b", info.RequestUri);
    }

    [Theory]
    [InlineData("<mcptt-info/>")]
    [InlineData("<mcpttinfo/>")]
    [InlineData("<mcpttinfo><params/></mcpttinfo>")]
    [InlineData("<mcvideoinfo><mcptt-Params/></mcvideoinfo>")]
    public void Another_root_is_refused(string text)
    {
        Assert.False(McpttInfo.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("<broadcast-ind>true</broadcast-ind>", true)]
    [InlineData("<broadcast-ind> 1 </broadcast-ind>", true)]
    [InlineData("<broadcast-ind type='Normal'><mcpttBoolean>true</mcpttBoolean></broadcast-ind>", true)]
    [InlineData("<broadcast-ind>0</broadcast-ind>", false)]
    [InlineData("<broadcast-ind>TRUE</broadcast-ind>", null)]
    [InlineData("<broadcast-ind/>", null)]
    [InlineData("", null)]
    public void Booleans_are_those_of_xml_schema_plain_or_wrapped(string element, bool? expected)
    {
        Assert.True(McpttInfo.TryParse(Encoding.UTF8.GetBytes($"<mcpttinfo><mcptt-Params>{element}</mcptt-Params></mcpttinfo>"), out McpttInfo info, out _));
        Assert.Equal(expected, info.BroadcastIndication);
    }

    [Fact]
    public void Elements_are_written_in_the_order_of_the_schema()
    {
        var info = new McpttInfo
        {
            ClientId = ClientId,
            AssociatedGroupId = "sip:g@d",
            BroadcastIndication = false,
            EmergencyIndication = true,
            CallingGroupId = "sip:cg@d",
            CallingUserId = "sip:cu@d",
            RequestUri = "sip:r@d",
            SessionType = "prearranged",
        };

        XElement parameters = Assert.Single(XElement.Parse(Encoding.UTF8.GetString(info.Serialise())).Elements());

        Assert.All(parameters.DescendantsAndSelf(), element => Assert.Equal("urn:3gpp:ns:mcpttInfo:1.0", element.Name.NamespaceName));
        Assert.Equal(
            ["session-type", "mcptt-request-uri", "mcptt-calling-user-id", "mcptt-calling-group-id", "emergency-ind", "broadcast-ind", "associated-group-id", "mcptt-client-id"],
            parameters.Elements().Select(element => element.Name.LocalName));
        Assert.Equal("Normal", parameters.Elements().Last().Attribute("type")!.Value);
        Assert.Equal("mcpttString", Assert.Single(parameters.Elements().Last().Elements()).Name.LocalName);
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<string?> text = Gen.Elements<string?>(null, "sip:a@b", "tel:+4930-1", "<&\">", "ä ö");
        Gen<bool?> flag = Gen.Elements<bool?>(null, true, false);
        Gen<McpttInfo> infos =
            from texts in text.ArrayOf(6)
            from flags in flag.Two()
            select new McpttInfo
            {
                SessionType = texts[0],
                RequestUri = texts[1],
                CallingUserId = texts[2],
                CallingGroupId = texts[3],
                AssociatedGroupId = texts[4],
                ClientId = texts[5],
                EmergencyIndication = flags.Item1,
                BroadcastIndication = flags.Item2,
            };
        Prop.ForAll(infos.ToArbitrary(), info => McpttInfo.TryParse(info.Serialise(), out McpttInfo read, out _) && read == info)
            .Check(Config.QuickThrowOnFailure);
    }

    private static McpttInfo Read(string example)
    {
        Assert.Equal(SipParseOutcome.Ok, SipText.Parse(example, out SipMessage? message));
        MimePart part = MultipartBody.PartsOf(message!).Single(candidate => candidate.MediaType == ContentTypes.McpttInfo);
        Assert.True(McpttInfo.TryParse(part.Body, out McpttInfo info, out string reason), reason);
        return info;
    }
}
