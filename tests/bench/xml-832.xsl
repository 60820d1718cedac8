<?xml version="1.0" encoding="UTF-8"?>
<!-- The same items and values as xml-832.xml, a line each. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
	<xsl:output method="text" encoding="UTF-8"/>
	<xsl:template match="/catalog">
		<xsl:for-each select="product[@status = 'A']">
			<xsl:value-of select="concat(@sku, '&#9;', gtin, '&#9;', country, '&#9;', name[@lang = 'en'], '&#9;', name[@lang = 'de'], '&#10;')"/>
		</xsl:for-each>
	</xsl:template>
</xsl:stylesheet>
