using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Mcx;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>The documents of notifications and settings; examples are written by hand from TS 24.379 and RFC 4575.</summary>
public class EventDocumentTests
{
    private const string Affiliations = """
        <?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:mcpttPI10="urn:3gpp:ns:mcpttPresInfo:1.0" entity="sip:alice@mcptt-op.example">
        <tuple id="urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001"><status><mcpttPI10:affiliation group="sip:fire-north@mcptt-op.example" status="affiliated" expires="2027-01-01T00:00:00Z"/>
        <mcpttPI10:affiliation group="sip:rg-4711@mcptt-op.example" status="deaffiliating"/></status></tuple>
        <mcpttPI10:p-id>af-0001</mcpttPI10:p-id></presence>
        """;

    private const string Roster = """
        <?xml version="1.0" encoding="UTF-8"?>
        <c:conference-info xmlns:c="urn:ietf:params:xml:ns:conference-info" entity="sip:call-1@example.org" state="full" version="4294967295">
         <c:conference-description><c:subject>sip:fire@example.org</c:subject></c:conference-description>
         <c:conference-state><c:user-count>33</c:user-count></c:conference-state>
         <c:users>
          <c:user entity="sip:bob@example.org" state="full"><c:display-text>Bob</c:display-text>
           <c:endpoint entity="urn:uuid:1"><c:status>connected</c:status></c:endpoint><c:endpoint entity="urn:uuid:2"/></c:user>
          <c:user entity="sip:carol@example.org"/>
          <c:user entity="sip:dave@example.org" state="deleted"/>
         </c:users>
        </c:conference-info>
        """;

    [Fact]
    public void Affiliations_are_read()
    {
        Assert.True(AffiliationState.TryParse(Encoding.UTF8.GetBytes(Affiliations), out AffiliationState state, out _));
        Assert.Equal(("sip:alice@mcptt-op.example", "af-0001"), (state.Entity, state.PublishId));
        AffiliationTuple tuple = Assert.Single(state.Tuples);
        Assert.Equal("urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001", tuple.Id);
        Assert.Equal(
            [new AffiliationEntry("sip:fire-north@mcptt-op.example", null, "affiliated"), new AffiliationEntry("sip:rg-4711@mcptt-op.example", null, "deaffiliating")],
            tuple.Entries);
    }

    [Fact]
    public void A_roster_is_read()
    {
        Assert.True(ConferenceInfo.TryParse(Encoding.UTF8.GetBytes(Roster), out ConferenceInfo info, out _));
        Assert.Equal(("sip:call-1@example.org", uint.MaxValue, false, "sip:fire@example.org", 33), (info.Entity, info.Version, info.IsPartial, info.Subject, info.UserCount));
        Assert.Equal(
            ["sip:bob@example.org urn:uuid:1,urn:uuid:2", "sip:carol@example.org ", "sip:dave@example.org gone"],
            info.Users.Select(user => $"{user.Entity} {(user.IsGone ? "gone" : string.Join(',', user.Endpoints))}"));
    }

    [Theory]
    [InlineData("<conference-info state='full' version='1'/>")]
    [InlineData("<conference-info entity='sip:a' state='half' version='1'/>")]
    [InlineData("<conference-info entity='sip:a' version='-1'/>")]
    [InlineData("<conference-info entity='sip:a' version='4294967296'/>")]
    [InlineData("<conference-info entity='sip:a' version='1'><users><user/></users></conference-info>")]
    [InlineData("<presence entity='sip:a'/>")]
    [InlineData("<!DOCTYPE conference-info><conference-info entity='sip:a'/>")]
    public void What_is_no_roster_is_refused(string text)
    {
        Assert.False(ConferenceInfo.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("<presence/>")]
    [InlineData("<presence entity='sip:a'><tuple/></presence>")]
    [InlineData("<conference-info entity='sip:a'/>")]
    public void What_is_no_affiliation_state_is_refused(string text)
    {
        Assert.False(AffiliationState.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("<poc-settings><entity id='c'><am-settings><answer-mode>manual</answer-mode></am-settings></entity></poc-settings>", true, null)]
    [InlineData("<poc-settings><entity id='c'><am-settings><answer-mode> automatic </answer-mode></am-settings><s><user-profile-index>3</user-profile-index></s></entity></poc-settings>", false, 3)]
    [InlineData("<poc-settings><entity id='c'/></poc-settings>", false, null)]
    public void Settings_are_read_and_written(string text, bool manual, int? index)
    {
        Assert.True(ServiceSettings.TryParse(Encoding.UTF8.GetBytes(text), out ServiceSettings settings, out _));
        Assert.Equal(new ServiceSettings { ClientId = "c", AnswersManually = manual, UserProfileIndex = index }, settings);
        Assert.True(ServiceSettings.TryParse(settings.Serialise(), out ServiceSettings again, out _));
        Assert.Equal(settings, again);
    }

    [Theory]
    [InlineData("<poc-settings/>")]
    [InlineData("<poc-settings><entity/></poc-settings>")]
    [InlineData("<poc-settings><entity id='a'/><entity id='b'/></poc-settings>")]
    [InlineData("<poc-settings><entity id='c'><am-settings><answer-mode>perhaps</answer-mode></am-settings></entity></poc-settings>")]
    [InlineData("<poc-settings><entity id='c'><user-profile-index>first</user-profile-index></entity></poc-settings>")]
    public void What_are_no_settings_is_refused(string text)
    {
        Assert.False(ServiceSettings.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<string> text = Gen.Elements("sip:a@d", "urn:uuid:1", "sip:ä<&\">@d", "x");
        Gen<ConferenceUser> user = from entity in text from count in Gen.Choose(0, 2) from endpoint in text select new ConferenceUser(entity, [.. Enumerable.Repeat(endpoint, count)]);
        Gen<ConferenceInfo> infos =
            from entity in text
            from version in Gen.Choose(0, int.MaxValue)
            from partial in Gen.Elements(true, false)
            from users in Gen.ListOf(user)
            select new ConferenceInfo { Entity = entity, Version = (uint)version, IsPartial = partial, Subject = partial ? null : entity, UserCount = users.Count, Users = [.. users] };
        Prop.ForAll(infos.ToArbitrary(), info =>
            ConferenceInfo.TryParse(info.Serialise(), out ConferenceInfo read, out _) && Shape(read) == Shape(info)).Check(Config.QuickThrowOnFailure);

        Gen<AffiliationEntry> entry = from value in text from ofGroup in Gen.Elements(true, false) select new AffiliationEntry(ofGroup ? null : value, ofGroup ? value : null, "affiliated");
        Gen<AffiliationTuple> tuple = from id in text from entries in Gen.ListOf(entry) select new AffiliationTuple(id, [.. entries]);
        Gen<AffiliationState> states = from entity in text from tuples in Gen.ListOf(tuple) select new AffiliationState { Entity = entity, Tuples = [.. tuples], PublishId = entity };
        Prop.ForAll(states.ToArbitrary(), state =>
            AffiliationState.TryParse(state.Serialise(), out AffiliationState read, out _) && Shape(read) == Shape(state)).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Whatever_happens_to_a_document_it_is_read_or_refused()
    {
        foreach (string example in (string[])[Affiliations, Roster])
        {
            Prop.ForAll(Mutation.Of(Encoding.UTF8.GetBytes(example)).ToArbitrary(), document =>
            {
                bool affiliations = AffiliationState.TryParse(document, out _, out string why);
                bool roster = ConferenceInfo.TryParse(document, out _, out string whyNot);
                bool settings = ServiceSettings.TryParse(document, out _, out string whyNoSettings);
                return affiliations == (why.Length == 0) && roster == (whyNot.Length == 0) && settings == (whyNoSettings.Length == 0);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
        }
    }

    private static string Shape(ConferenceInfo info) =>
        $"{info.Entity}|{info.Version}|{info.IsPartial}|{info.Subject}|{info.UserCount}|{string.Join(';', info.Users.Select(user => $"{user.Entity}={string.Join(',', user.Endpoints)}"))}";

    private static string Shape(AffiliationState state) =>
        $"{state.Entity}|{state.PublishId}|{string.Join(';', state.Tuples.Select(tuple => $"{tuple.Id}={string.Join(',', tuple.Entries)}"))}";
}
