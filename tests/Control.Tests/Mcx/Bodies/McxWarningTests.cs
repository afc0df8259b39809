using System.Reflection;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>The codes and texts of TS 24.379 4.4.2 and the statuses of the clauses that send them.</summary>
public class McxWarningTests
{
    public static TheoryData<int, int, string> Table => new()
    {
        { 101, 403, "service authorisation failed" },
        { 102, 486, "too many simultaneous affiliations" },
        { 105, 480, "subscription not allowed in a broadcast group call" },
        { 113, 404, "group document does not exist" },
        { 115, 403, "group is disabled" },
        { 116, 403, "user is not part of the MCPTT group" },
        { 117, 404, "the group identity indicated in the request is a prearranged group" },
        { 120, 403, "user is not affiliated to this group" },
        { 122, 486, "too many participants" },
        { 123, 200, "MCPTT session already exists" },
        { 137, 404, "the indicated group call does not exist" },
        { 138, 403, "subscription of conference events not allowed" },
        { 141, 404, "user unknown to the participating function" },
        { 148, 403, "group is regrouped" },
        { 150, 403, "invalid combination(s) of data received in MIME body" },
        { 160, 403, "user not authorised to request creation of a regroup" },
        { 161, 403, "user not authorised to request removal of a regroup" },
        { 163, 403, "the group identity indicated in the request does not exist" },
        { 165, 403, "group ID for regroup already in use" },
        { 167, 403, "call is not allowed on the preconfigured group" },
    };

    private static IReadOnlyList<McxWarning> All { get; } =
        [.. typeof(McxWarning).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<McxWarning>()];

    [Theory]
    [MemberData(nameof(Table))]
    public void A_warning_has_the_status_and_text_of_the_specification(int code, int status, string text)
    {
        McxWarning warning = Assert.Single(All, candidate => candidate.Code == code);
        Assert.Equal((status, text), (warning.Status, warning.Text));
    }

    [Fact]
    public void No_other_warning_is_sent_and_no_code_twice()
    {
        Assert.Equal(Table.Select(row => row.Data.Item1), All.Select(warning => warning.Code).Order());
    }

    [Fact]
    public void On_the_wire_it_is_warning_399_with_code_and_text()
    {
        var response = new SipResponse(McxWarning.GroupRegrouped.Status);
        response.AddWarning("cf1.mcptt-op.example", McxWarning.GroupRegrouped.Code, McxWarning.GroupRegrouped.Text);

        Assert.Equal("399 cf1.mcptt-op.example \"148 group is regrouped\"", response.Headers.Get("Warning"));
    }
}
