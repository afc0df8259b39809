using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Control.Tests.Sip;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>TS 24.379 F.7.</summary>
public class RegroupBodyTests
{
    private const string Preconfigured = "<preconfig-group-id><preconfigured-group>sip:p@d</preconfigured-group></preconfig-group-id>";
    private const string Uri = "<mcptt-regroup-uri><mcptt-regroup-uri>sip:r@d</mcptt-regroup-uri></mcptt-regroup-uri>";
    private const string OneGroup = "<groups-for-regroup><group>sip:g@d</group></groups-for-regroup>";
    private const string OneUser = "<users-for-regroup><user>sip:u@d</user></users-for-regroup>";
    private const string CreateAction = "<regroup-action>create</regroup-action>";

    [Fact]
    public void The_examples_are_read()
    {
        foreach (string example in (string[])[ControlExamples.CreateGroupRegroup, ControlExamples.GroupRegroupNotice])
        {
            RegroupBody group = Read(example);
            Assert.Equal(RegroupAction.Create, group.Action);
            Assert.Equal("sip:pcfg-major@mcptt-op.example", group.PreconfiguredGroup);
            Assert.Equal("sip:rg-4711@mcptt-op.example", group.RegroupUri);
            Assert.Equal(["sip:fire-north@mcptt-op.example", "sip:rail-ops@partner.example"], group.Groups);
            Assert.Empty(group.Users);
        }
        RegroupBody user = Read(ControlExamples.CreateUserRegroup);
        Assert.Equal(["sip:bob@mcptt-op.example", "sip:carol@partner.example"], user.Users);
        Assert.Empty(user.Groups);
        RegroupBody cancel = Read(ControlExamples.CancelRegroup);
        Assert.Equal((RegroupAction.Remove, "sip:rg-4711@mcptt-op.example", (string?)null), (cancel.Action, cancel.RegroupUri, cancel.PreconfiguredGroup));
    }

    [Theory]
    [InlineData("<mcptt-regroup-uri>sip:r@d</mcptt-regroup-uri>", "<preconfig-group-id>sip:p@d</preconfig-group-id>", "<groups-for-regroup><mcpttURI>sip:g@d</mcpttURI><mcpttURI>sip:h@d</mcpttURI></groups-for-regroup>")]
    [InlineData("<mcptt-regroup-uri><mcpttURI> sip:r@d\n</mcpttURI></mcptt-regroup-uri>", Preconfigured, "<groups-for-regroup><entry uri='sip:g@d'/><entry uri=' sip:h@d '/></groups-for-regroup>")]
    [InlineData(Uri, Preconfigured, "<groups-for-regroup><groups-for-regroup>sip:g@d</groups-for-regroup><groups-for-regroup>sip:h@d</groups-for-regroup></groups-for-regroup>")]
    [InlineData(Uri, Preconfigured, "<groups-for-regroup><list><group><uri>sip:g@d</uri></group><group><uri>sip:h@d</uri></group></list><group/></groups-for-regroup>")]
    public void Inner_names_that_differ_between_products_are_read_alike(string uri, string preconfigured, string groups)
    {
        Assert.Equal(RegroupBodyOutcome.Ok, Parse(preconfigured + uri + groups + CreateAction, out RegroupBody body));
        Assert.Equal(("sip:r@d", "sip:p@d"), (body.RegroupUri, body.PreconfiguredGroup));
        Assert.Equal(["sip:g@d", "sip:h@d"], body.Groups);
    }

    [Theory]
    [InlineData(Preconfigured + Uri + OneGroup)]
    [InlineData(Preconfigured + Uri + OneGroup + "<regroup-action>Create</regroup-action>")]
    [InlineData(Preconfigured + Uri + OneGroup + "<regroup-action>merge</regroup-action>")]
    [InlineData(Preconfigured + Uri + CreateAction)]
    [InlineData(Preconfigured + Uri + "<groups-for-regroup/>" + CreateAction)]
    [InlineData(Preconfigured + Uri + "<groups-for-regroup><group> </group></groups-for-regroup>" + CreateAction)]
    [InlineData(Preconfigured + Uri + OneGroup + OneUser + CreateAction)]
    [InlineData(Preconfigured + OneGroup + CreateAction)]
    [InlineData(Preconfigured + "<mcptt-regroup-uri><u>sip:r@d</u><u>sip:s@d</u></mcptt-regroup-uri>" + OneGroup + CreateAction)]
    [InlineData(Uri + OneGroup + CreateAction)]
    [InlineData("<preconfig-group-id><g>sip:p@d</g><g>sip:q@d</g></preconfig-group-id>" + Uri + OneGroup + CreateAction)]
    [InlineData(Preconfigured + "<regroup-action>remove</regroup-action>")]
    public void A_combination_that_says_nothing_definite_is_wrong_content(string parameters)
    {
        Assert.Equal(RegroupBodyOutcome.WrongContent, Parse(parameters, out _));
    }

    [Theory]
    [InlineData("<mcpttregroupinfo xmlns='urn:3gpp:ns:mcpttRegroupInfo:1.0'/>", RegroupBodyOutcome.WrongContent)]
    [InlineData("<mcpttregroup/>", RegroupBodyOutcome.WrongContent)]
    [InlineData("<mcpttregroup><mcpttregroup-Params>", RegroupBodyOutcome.NotXml)]
    [InlineData("<!DOCTYPE mcpttregroup><mcpttregroup/>", RegroupBodyOutcome.NotXml)]
    [InlineData("", RegroupBodyOutcome.NotXml)]
    public void Xml_faults_and_wrong_roots_are_told_apart(string text, RegroupBodyOutcome expected)
    {
        Assert.Equal(expected, RegroupBody.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void A_list_is_bounded()
    {
        string List(int count) => Preconfigured + Uri + "<groups-for-regroup>" + string.Concat(Enumerable.Range(0, count).Select(i => $"<g>sip:{i}@d</g>")) + "</groups-for-regroup>" + CreateAction;

        Assert.Equal(RegroupBodyOutcome.Ok, Parse(List(RegroupBody.MaxListEntries), out RegroupBody body));
        Assert.Equal(RegroupBody.MaxListEntries, body.Groups.Count);
        Assert.Equal(RegroupBodyOutcome.WrongContent, Parse(List(RegroupBody.MaxListEntries + 1), out _));
    }

    [Fact]
    public void Elements_are_written_in_the_order_of_the_schema()
    {
        XElement parameters = Parameters(new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = "sip:p@d", RegroupUri = "sip:r@d", Groups = ["sip:g@d"] });
        Assert.Equal(["preconfig-group-id", "mcptt-regroup-uri", "groups-for-regroup", "regroup-action"], parameters.Elements().Select(element => element.Name.LocalName));
        Assert.All(parameters.DescendantsAndSelf(), element => Assert.Equal("urn:3gpp:ns:preconfiguredRegroup:1.0", element.Name.NamespaceName));

        // The schema wants the first element even where there is nothing to say.
        XElement removal = Parameters(new RegroupBody { Action = RegroupAction.Remove, RegroupUri = "sip:r@d" });
        Assert.Equal(["preconfig-group-id", "mcptt-regroup-uri", "regroup-action"], removal.Elements().Select(element => element.Name.LocalName));
        Assert.Empty(removal.Elements().First().Nodes());
    }

    [Fact]
    public void A_body_is_written_as_the_example_is()
    {
        var body = new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = "sip:pcfg-major@mcptt-op.example",
            RegroupUri = "sip:rg-4712@mcptt-op.example",
            Users = ["sip:bob@mcptt-op.example", "sip:carol@partner.example"],
        };
        string example = Encoding.UTF8.GetString(PartOf(ControlExamples.CreateUserRegroup).Body.Span);

        Assert.True(XNode.DeepEquals(XElement.Parse(example), XElement.Parse(Encoding.UTF8.GetString(body.Serialise()))));
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<string> identity = Gen.Elements("sip:a@b", "sip:c@d", "tel:+49301", "sip:ä@x", "sip:q?<&>\"'");
        Gen<RegroupBody> bodies =
            from create in Gen.Elements(true, false)
            from ofGroups in Gen.Elements(true, false)
            from ids in identity.Two()
            from list in identity.NonEmptyListOf()
            select new RegroupBody
            {
                Action = create ? RegroupAction.Create : RegroupAction.Remove,
                PreconfiguredGroup = create ? ids.Item1 : null,
                RegroupUri = ids.Item2,
                Groups = create && ofGroups ? [.. list] : [],
                Users = create && !ofGroups ? [.. list] : [],
            };
        Prop.ForAll(bodies.ToArbitrary(), body =>
            RegroupBody.TryParse(body.Serialise(), out RegroupBody read, out _) == RegroupBodyOutcome.Ok
            && read with { Groups = body.Groups, Users = body.Users } == body
            && read.Groups.SequenceEqual(body.Groups) && read.Users.SequenceEqual(body.Users)).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Mutated_bodies_never_throw()
    {
        byte[] seed = PartOf(ControlExamples.CreateGroupRegroup).Body.ToArray();
        Prop.ForAll(Mutation.Of(seed).ToArbitrary(), bytes =>
        {
            RegroupBodyOutcome outcome = RegroupBody.TryParse(bytes, out RegroupBody body, out string reason);
            return outcome == RegroupBodyOutcome.Ok ? body.RegroupUri.Length > 0 : reason.Length > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static RegroupBodyOutcome Parse(string parameters, out RegroupBody body) => RegroupBody.TryParse(
        Encoding.UTF8.GetBytes($"<mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'><mcpttregroup-Params>{parameters}</mcpttregroup-Params></mcpttregroup>"),
        out body, out _);

    private static XElement Parameters(RegroupBody body) => Assert.Single(XElement.Parse(Encoding.UTF8.GetString(body.Serialise())).Elements());

    private static RegroupBody Read(string example)
    {
        Assert.Equal(RegroupBodyOutcome.Ok, RegroupBody.TryParse(PartOf(example).Body, out RegroupBody body, out _));
        return body;
    }

    private static MimePart PartOf(string example) =>
        MultipartBody.PartsOf(SipText.Request(example)).Single(part => part.MediaType == ContentTypes.McpttRegroup);
}
